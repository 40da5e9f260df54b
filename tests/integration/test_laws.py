"""What must hold for whatever States send, and however often, in whichever pieces and in whichever order they send it."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from openmsix.deadlines import clock
from openmsix.dictionary import dictionary
from openmsix.identity.models import Link, MsixId
from openmsix.intake import checks, parse
from openmsix.records.models import ROWS
from openmsix.students import actions as students
from openmsix.students.models import Child
from openmsix.synth import changes, documents, nation, write
from openmsix.synth.nation import Nation
from tests import parts
from tests.integration import exchange
from tests.integration.exchange import Held, contents, differing, held, take_in

pytestmark = [pytest.mark.other_engine, pytest.mark.usefixtures("kept_folder")]

BOOKKEEPING = ("audit_", "intake_", "procrastinate_", "django_")
STATES = ["TX", "CA"]

database = pytest.mark.django_db


@cache
def made(noise: float = 1.0, seed: int = 3, children: int = 90) -> Nation:
    return nation.make(children=children, states=STATES, seed=seed, noise=noise, today=clock.today())


def by_another_way(way: Callable[[], object]) -> Held:
    """What the exchange would hold had it gone this way; nothing of it stays."""
    with transaction.atomic():
        way()
        found = held()
        transaction.set_rollback(True)
    return found


# what is made is what is read


def read_offline(sent: Nation, state: str, folder: Path) -> checks.Checked:
    joined = parse.join([parse.read(path) for path in write.write_state(sent, state, folder)])
    known = pl.concat([sent.land.districts["leaid"], sent.land.schools["ncessch"]])
    context = checks.Context(today=sent.today, submitting_state=state, known_places=lambda _: known)
    return checks.run(joined, context)


@given(seed=st.integers(0, 10_000), noise=st.sampled_from([0.0, 1.0, 3.0]))
@settings(max_examples=8, deadline=None)
def test_what_is_read_is_what_was_made_without_what_the_findings_left_out(
    seed: int, noise: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sent = nation.make(children=60, states=STATES, seed=seed, noise=noise, today=clock.today())
    for state in sent.sending():
        outcome = read_offline(sent, state, tmp_path_factory.mktemp("files"))
        if noise == 0:
            assert outcome.findings.is_empty()
            assert set(outcome.answers["verdict"]) == {"accepted"}
        read, truth = exchange.checked(outcome.records), exchange.accepted(sent, state, outcome.findings)
        for record, rows in truth.items():
            assert read[record].equals(rows), (state, record)


# once more


@database
def test_the_same_files_twice_change_nothing(tmp_path: Path) -> None:
    files = write.write(made(), tmp_path)
    first = take_in(*files)
    before = contents()
    again = take_in(*files)
    assert [one.pk for one in again] == [one.pk for one in first]
    assert contents() == before


@database
@pytest.mark.parametrize("action", ["I", "U"])
def test_the_same_content_in_a_new_submission_writes_nothing_but_its_own_receipt(
    action: str, tmp_path: Path
) -> None:
    take_in(*write.write(made(), tmp_path / "first"))
    before = contents(without=BOOKKEEPING)
    later = changes.again(made(), clock.today() + timedelta(days=1))
    later = replace(later, students=later.students.with_columns(action_code=pl.lit(action)))
    submissions = take_in(*write.write(later, tmp_path / "second"))
    assert [set(one.counts["changes"]) for one in submissions] == [{"unchanged"}] * len(STATES)
    assert contents(without=BOOKKEEPING) == before
    answers = submissions[0].answers.exclude(verdict="rejected")
    assert set(answers.values_list("how", flat=True)) == {"kept"}
    assert None not in set(answers.values_list("msix_id", flat=True))


# in other pieces, in another order


@database
def test_parts_hold_the_same_as_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = write.write(made(), tmp_path / "whole")
    monkeypatch.setattr(nation, "MOST_STUDENTS_IN_A_PART", 20)
    split = [write.write_state(made(), state, tmp_path / "split") for state in STATES]
    assert all(len(pieces) > 1 for pieces in split)
    one = by_another_way(lambda: take_in(*whole))
    assert differing(one, by_another_way(lambda: [take_in(*pieces) for pieces in split])) == {}
    assert differing(one, by_another_way(lambda: [take_in(*pieces[::-1]) for pieces in split])) == {}


def shuffled(sent: Nation, state: str, chance: random.Random) -> bytes:
    """The State's file with the rows of every record type in another order."""
    files = {}
    for record, frame in sent.frames(state).items():
        order = chance.sample(range(frame.height), frame.height)
        declared = dictionary().records[record]
        files[declared.file] = documents.as_csv(declared, frame[order])
    return parts.zipped(files)


@database
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_decides_nothing(seed: int, tmp_path: Path) -> None:
    files = write.write(made(), tmp_path)
    others = []
    for state in STATES:
        others.append(tmp_path / f"{state}-shuffled.zip")
        others[-1].write_bytes(shuffled(made(), state, random.Random(seed)))
    one = by_another_way(lambda: take_in(*files))
    assert differing(one, by_another_way(lambda: take_in(*others))) == {}


@database
def test_the_order_of_states_decides_nothing_about_what_they_said_and_who_is_who(tmp_path: Path) -> None:
    files = write.write(made(), tmp_path)
    one, other = by_another_way(lambda: take_in(*files)), by_another_way(lambda: take_in(*files[::-1]))
    assert differing(one, other, parts=["state records", "versions", *ROWS, "who is who"]) == {}


# what is derived


@database
def test_rebuilding_what_is_shown_gives_equal_rows(tmp_path: Path) -> None:
    take_in(*write.write(made(), tmp_path))
    before, shown = contents(without=BOOKKEEPING), held()
    students.rebuild()
    assert contents(without=BOOKKEEPING) == before
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from students_searchrow; delete from students_child; delete from students_searchword"
        )
    students.rebuild()
    assert differing(shown, held()) == {}
    refs = dict(Child.objects.values_list("msix_id", "ref"))
    assert all(students.ref_of(msix_id) == ref for msix_id, ref in refs.items())


# what follows


@database
def test_a_delta_and_a_full_submission_of_the_same_day_hold_the_same(tmp_path: Path) -> None:
    month = changes.make_changes(made(), 0.2, seed=9)
    take_in(*write.write(made(), tmp_path / "first"))
    ways = [write.write(one, tmp_path / one.kind) for one in (month.delta, month.after)]
    seen: list[Any] = []
    for files in ways:
        with transaction.atomic(), clock.fixed(month.after.today):
            submissions = take_in(*files)
            assert {one.status for one in submissions} == {"published"}
            seen.append({state: exchange.stored(state) for state in STATES} | {"held": held()})
            transaction.set_rollback(True)
    delta, full = seen
    for state in STATES:
        for record, rows in delta[state].items():
            assert rows.equals(full[state][record]), (state, record)
    assert (
        differing(delta["held"], full["held"], parts=["links", "children", "search rows", "questions"]) == {}
    )


@database
def test_a_student_that_is_deleted_and_sent_again_is_the_same_child_at_the_same_address(
    tmp_path: Path,
) -> None:
    number = iter(range(1, 10))

    def send(action: str) -> None:
        rows = parts.child(1, "S1")
        rows["students"][0]["action_code"] = action
        if action == "D":
            rows = {"students": rows["students"]}
        hour = next(number)
        header = {**parts.HEADER, "submission_date": f"2026112308{hour:02}00000"}
        path = tmp_path / f"{hour}.zip"
        path.write_bytes(parts.part({"header": [header], **{record: [] for record in parts.CHILD}, **rows}))
        assert [one.status for one in take_in(path)] == ["published"]

    send("I")
    born = Child.objects.get()
    send("D")
    assert [(child.ref, child.live) for child in Child.objects.all()] == [(born.ref, False)]
    send("I")
    assert [(child.pk, child.ref, child.live) for child in Child.objects.all()] == [(born.pk, born.ref, True)]
    assert MsixId.objects.count() == Link.objects.count() == 1
