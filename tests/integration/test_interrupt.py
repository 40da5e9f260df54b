"""Ctrl-C while the database is busy for a command: it ends at once with 130, and what it began is undone and can be taken up again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from openmsix.config import database
from openmsix.flow import receive
from openmsix.intake.models import Submission
from openmsix.locks import RECORDS_OF_STATE
from openmsix.ops.exits import Exit
from openmsix.ops.setup import OPERATOR
from openmsix.ops.taking_in import WAITING
from tests import parts
from tests.command_line import alone, environment_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed_db")]

LIMIT = 20.0
TEXAS = int.from_bytes(b"TX")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tx.zip"
    path.write_bytes(parts.part(parts.two_children()))
    return path


@pytest.fixture
def installation() -> dict[str, str]:
    """The environment of commands that use the database of the tests."""
    owner = replace(database.owner(), name=settings.DATABASES["default"]["NAME"])
    role = database.application(database.owner())
    application = replace(role, name=owner.name)
    home = Path(os.environ["OPENMSIX_HOME"])
    return environment_of(home) | {
        "DATABASE_URL": owner.url(),
        "OPENMSIX_APP_DATABASE_URL": application.url(),
    }


@pytest.fixture
def storing() -> Iterator[None]:
    """Another submission of Texas is being stored."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("select pg_advisory_lock(%s, %s)", [RECORDS_OF_STATE.number, TEXAS])
        yield


def blocked() -> int:
    with psycopg.connect(**connection.get_connection_params()) as looking:
        found = looking.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        ).fetchone()
    return int(found[0]) if found else 0


def test_a_submission_that_waits_says_so_and_ends_at_once(
    file: Path, installation: dict[str, str], storing: None, tmp_path: Path
) -> None:
    said = tmp_path / "said.txt"
    with said.open("w") as errors:
        command = [sys.executable, "-m", "openmsix.ops.cli", "submit", str(file)]
        process = subprocess.Popen(command, env=installation, stdout=errors, stderr=errors)
        end = time.monotonic() + LIMIT
        while WAITING not in " ".join(said.read_text().split()) and time.monotonic() < end:
            time.sleep(0.2)
        assert blocked() == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == Exit.INTERRUPTED
    told = " ".join(said.read_text().split())
    assert WAITING in told
    assert "Stopped." in told
    assert "Traceback" not in told
    end = time.monotonic() + LIMIT
    while blocked() and time.monotonic() < end:
        time.sleep(0.2)
    assert blocked() == 0


def test_what_was_interrupted_is_taken_up_again(
    file: Path, installation: dict[str, str], tmp_path: Path
) -> None:
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("select pg_advisory_lock(%s, %s)", [RECORDS_OF_STATE.number, TEXAS])
        command = [sys.executable, "-m", "openmsix.ops.cli", "submit", str(file)]
        process = subprocess.Popen(command, env=installation, stderr=subprocess.DEVNULL)
        end = time.monotonic() + LIMIT
        while not blocked() and time.monotonic() < end:
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == Exit.INTERRUPTED
    again = alone(
        "submit",
        file,
        home=Path(installation["OPENMSIX_HOME"]),
        **{name: installation[name] for name in ("DATABASE_URL", "OPENMSIX_APP_DATABASE_URL")},
    )
    assert again.code == Exit.DONE
    assert Submission.objects.get().status == "published"


def test_a_worker_stops_after_the_job_at_hand_and_at_once_when_told_twice(
    file: Path, installation: dict[str, str], storing: None, tmp_path: Path
) -> None:
    receive(path=file, file_name=file.name, by=OPERATOR)
    said = tmp_path / "said.txt"
    with said.open("w") as errors:
        command = [sys.executable, "-m", "openmsix.ops.cli", "worker"]
        process = subprocess.Popen(command, env=installation, stdout=errors, stderr=errors)
        end = time.monotonic() + LIMIT
        while not blocked() and time.monotonic() < end:
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == Exit.INTERRUPTED
    assert "Stopping after the submission at hand" in " ".join(said.read_text().split())
    assert "Traceback" not in said.read_text()


def test_an_idle_worker_stops_when_told_once(installation: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "openmsix.ops.cli", "worker"]
    process = subprocess.Popen(command, env=installation)
    end = time.monotonic() + LIMIT
    while not workers() and time.monotonic() < end:
        time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT) == Exit.DONE


def workers() -> int:
    with psycopg.connect(**connection.get_connection_params()) as looking:
        found = looking.execute("select count(*) from procrastinate_workers").fetchone()
    return int(found[0]) if found else 0
