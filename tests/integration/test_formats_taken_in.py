"""A file of any format goes the whole way: what was sent in one is unchanged when it comes in another, and its receipt speaks of its places."""

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from openmsix.intake import receipts
from tests import parts
from tests.integration import exchange
from tests.people import person, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

FORMATS: dict[str, tuple[Callable[[parts.Rows], bytes], str, str]] = {
    "csv": (parts.part, "demographics.csv, line 2, Suffix", "line 2"),
    "xml": (parts.xml, "Demographics, line 6, Suffix", "line 6"),
    "json": (parts.json, "demographics, student 1, record 1, Suffix", "student 1, record 1"),
    "parquet": (parts.parquet, "demographics.parquet, row 1, Suffix", "row 1"),
}


def rows_at(hour: int) -> parts.Rows:
    """Two children, of one of whom the suffix is too long; each hour makes a file of its own."""
    rows = copy.deepcopy(parts.two_children())
    rows["header"][0]["submission_date"] = f"202611230{hour}0000000"
    rows["demographics"][0]["suffix"] = "x" * 30
    return rows


def sent(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_what_came_in_one_format_is_unchanged_in_another_and_told_in_its_words(tmp_path: Path) -> None:
    places_in("TX")
    client = Client()
    client.force_login(person("batch_submitter", "TX"))
    for hour, (name, (write, place, position)) in enumerate(FORMATS.items(), start=1):
        [submission] = exchange.take_in(sent(tmp_path, f"part-{hour}", write(rows_at(hour))))
        assert submission.status == "published"
        assert set(submission.counts["changes"]) == ({"new"} if hour == 1 else {"unchanged"})
        assert submission.parts.get().format == name
        assert place in receipts.in_words(submission)
        page = client.get(reverse("submissions:students", args=[submission.ref])).content.decode()
        assert position in page


def test_the_page_takes_xml_and_json_and_refuses_what_is_neither(tmp_path: Path) -> None:
    places_in("TX")
    client = Client()
    client.force_login(person("batch_submitter", "TX"))
    for hour, (name, write) in enumerate((("part.xml", parts.xml), ("part.json", parts.json)), start=1):
        with sent(tmp_path, name, write(rows_at(hour))).open("rb") as file:
            answer = client.post(reverse("submissions:send"), {"parts": file})
        assert answer.status_code == 302
    with sent(tmp_path, "students.csv", b"a,b\n").open("rb") as file:
        answer = client.post(reverse("submissions:send"), {"parts": file})
    assert answer.status_code == 422
    assert "students.csv is not a zip, XML or JSON file" in answer.content.decode()


@pytest.mark.parametrize("name", ["xml_schema", "json_schema"])
def test_the_schemas_can_be_downloaded(name: str) -> None:
    answer = Client().get(reverse(f"help:{name}") + "?version=2023")
    assert answer.status_code == 200
    assert b"urn:openmsix:submission:2023" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert Client().get(reverse(f"help:{name}") + "?version=1999").status_code == 404
