"""`openmsix rebuild` at a terminal: the proof beside the live database, and what is refused."""

from pathlib import Path

import pytest
from django.db import connection

from openmsix.deadlines import clock
from openmsix.places import actions as places
from openmsix.records.models import Demographics, RecordVersion
from openmsix.replay.proof import Difference
from openmsix.synth import nation, write
from tests.command_line import Terminal
from tests.integration import exchange
from tests.integration.exchange import contents

pytestmark = pytest.mark.other_engine


@pytest.fixture
def filled(committed_db: None, kept_folder: Path, tmp_path: Path) -> None:
    """Two States with directories of places; one link undone, and a file that is not taken in yet."""
    made = nation.make(children=30, states=["TX", "CA"], seed=4, noise=1.0, today=clock.today())
    *files, last = write.write(made, tmp_path / "files")
    places.load(folder=tmp_path / "files" / "places", by=exchange.OPERATOR)
    exchange.take_in(*files)
    exchange.receive(last)


def databases() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def test_the_proof_holds_beside_the_live_database_and_tells_what_was_changed_in_it(
    filled: None, openmsix: Terminal
) -> None:
    before, there = contents(), databases()
    equal = openmsix("rebuild", "--verify")
    assert (equal.code, "Equal:" in equal.said) == (0, True), equal.said
    assert "Submissions that had arrived and were not taken in yet: 1." in equal.said
    assert contents() == before
    assert databases() == there

    version = RecordVersion.objects.live().filter(state_record__state_code="TX").first()
    assert version
    Demographics.objects.filter(version=version).update(birth_city="Elsewhere")
    name = version.state_record.state_student_id
    differs = openmsix("rebuild", "--verify", "--identifiers")
    assert differs.code == 1
    assert (
        "Differs: rows of demographics of TX: 1 only in the live database, 1 only in the rebuilt one"
        in differs.said
    )
    assert name in differs.err
    assert databases() == there


def test_names_are_for_a_terminal_only() -> None:
    one = Difference("links", "TX", missing=("01 S1 #1",), more=())
    assert one.in_words() == "links of TX: 1 only in the live database, 0 only in the rebuilt one"


@pytest.mark.django_db
def test_a_database_that_is_not_empty_is_refused(
    kept_folder: Path, tmp_path: Path, openmsix: Terminal
) -> None:
    exchange.receive(
        write.write(nation.make(children=5, states=["TX"], seed=4, noise=0, today=clock.today()), tmp_path)[0]
    )
    refused = openmsix("rebuild")
    assert refused.code == 5
    assert "not empty" in refused.said


@pytest.mark.django_db
def test_names_without_a_proof_are_a_fault_of_usage(openmsix: Terminal) -> None:
    assert openmsix("rebuild", "--identifiers").code == 2
