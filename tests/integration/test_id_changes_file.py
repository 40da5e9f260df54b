"""The file of MSIX ID changes is one and the same on the page and at the command line."""

import csv
import io
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from openmsix.ops.cli import app
from tests.integration.drawn import Student, child, take_in
from tests.people import person

pytestmark = pytest.mark.django_db

COLUMNS = ["number", "at", "state_student_id_type", "state_student_id", "before", "after", "reason"]


@pytest.mark.parametrize("after", [0, 1], ids=["from the beginning", "after the first"])
def test_page_and_command_give_the_same_bytes(client: Client, after: int) -> None:
    take_in("TX", *(Student(ssid, says=child("Ana", ssid, date(2014, 3, 12))) for ssid in ("Cruz", "Ruiz")))
    client.force_login(person("state_data_administrator", "TX"))
    told = CliRunner().invoke(app, ["ids", "--state", "TX"])
    numbers = [int(row["number"]) for row in csv.DictReader(io.StringIO(told.stdout))]
    assert told.stderr.strip() == f"mark {numbers[-1]}"
    since = numbers[0] if after else 0
    told = CliRunner().invoke(app, ["ids", "--state", "TX", "--since", str(since)])
    page = client.get(reverse("ids:csv"), {"since": since})
    given = b"".join(page.streaming_content).decode()  # type: ignore[attr-defined]
    assert given.splitlines() == told.stdout.splitlines()
    rows = list(csv.reader(io.StringIO(given)))
    assert (rows[0], len(rows)) == (COLUMNS, 3 - after)
