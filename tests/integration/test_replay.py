"""Kept files and journal bring back the same records, versions, links, MSIX IDs and receipts."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import OperationalError, transaction
from django.db.models import Count
from django.test import override_settings
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from openmsix import decisions, flow
from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.identity import actions as identity
from openmsix.identity import adoption, entries, relinking
from openmsix.identity.accepting import Accepted
from openmsix.identity.model import in_use
from openmsix.identity.models import CandidatePair, Link
from openmsix.identity.refusing import NotDecided
from openmsix.intake import actions as intake
from openmsix.intake import checks, journal, pieces
from openmsix.intake.models import JournalHead, Submission
from openmsix.places import actions as places
from openmsix.records import actions as records
from openmsix.replay import actions as conductor
from openmsix.synth import changes, nation, write
from openmsix.synth.nation import Nation
from tests import parts
from tests.integration import exchange
from tests.integration.exchange import OPERATOR, Held, differing, held
from tests.integration.texas import Texas

pytestmark = [pytest.mark.other_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]
TODAY = clock.today()
A_MONTH_LATER = TODAY + timedelta(days=changes.DAYS_LATER)
SENDER = Hat.system("sender")
FIVE = {"S1": "Ana", "S2": "Berta", "S3": "Carla", "S4": "Dora", "S5": "Elsa"}


def silent(step: str, done: int, total: int) -> None:
    """Report to nobody."""


def lost_after(way: Callable[[], object]) -> Held:
    """What the exchange held after it went this way; its database is lost then, and what lies beside it stays."""
    with transaction.atomic():
        way()
        before = held(by_name=True)
        transaction.set_rollback(True)
    assert not Submission.objects.exists()
    return before


def rebuilt() -> Held:
    conductor.rebuild(report=silent)
    return held(by_name=True)


def differences(before: Held, after: Held) -> dict[str, Any]:
    """The parts that differ, but for tasks that ended."""
    return differing(before, after, parts=[part for part in before if part != "tasks"])


def comes_back(way: Callable[[], object]) -> Held:
    """Prove that what this way leads to comes back; what it was."""
    before = lost_after(way)
    assert differences(before, rebuilt()) == {}
    return before


def two_months(made: Nation, folder: Path) -> tuple[list[Path], list[Path], list[Path]]:
    """The files of the States of a nation, of a month later the changes, and all of it once more the day after."""
    later = changes.make_changes(made, 0.3, seed=8)
    again = changes.again(later.after, A_MONTH_LATER + timedelta(days=1))
    states = made.sending()
    return (
        write.write(made, folder / "first"),
        [path for state in states for path in write.write_state(later.delta, state, folder / "delta")],
        [path for state in states for path in write.write_state(again, state, folder / "again")],
    )


def all_confirmed(*files: Path) -> None:
    for one in exchange.take_in(*files):
        if one.status == "waiting":
            flow.confirm(submission=one, by=OPERATOR, reason="as meant")
            flow.take_in(one.pk)


def test_a_nation_of_two_months_comes_back(tmp_path: Path) -> None:
    made = nation.make(children=120, states=["TX", "CA"], seed=3, noise=1.0, today=TODAY)
    first, delta, again = two_months(made, tmp_path)
    places.load(folder=tmp_path / "first" / "places", by=OPERATOR)

    def way() -> None:
        exchange.take_in(*first)
        with clock.fixed(A_MONTH_LATER):
            all_confirmed(*delta)
        with clock.fixed(A_MONTH_LATER + timedelta(days=1)):
            all_confirmed(*again)

    before = comes_back(way)
    assert len(before["all links"]) > 120
    assert before["findings"]
    assert before["evidence of questions"]


def test_two_states_come_back_that_took_turns_in_an_order_that_decides(tmp_path: Path) -> None:
    """Each State's second file is linked before the other's first; who founds a child depends on it."""
    made = nation.make(children=60, states=["TX", "CA"], seed=5, noise=1.0, today=TODAY)
    files = {state: write.write_state(made, state, tmp_path) for state in made.sending()}

    def way() -> None:
        received = {state: [exchange.receive(path) for path in paths][-1] for state, paths in files.items()}
        taking_turns(received["CA"], received["TX"])

    def taking_turns(first: Submission, second: Submission) -> None:
        for one in (first, second):
            flow._check_and_store(one)
        for one in (second, first):
            flow.take_in(one.pk)

    before = comes_back(way)
    assert any('"matched"' in link for link in before["all links"])


# people's decisions


def test_what_people_decided_at_the_tripwire_comes_back(tmp_path: Path) -> None:
    texas, florida = Texas(tmp_path), Texas(tmp_path, "FL")

    def way() -> None:
        for state in (texas, florida):
            state.send(FIVE)
        declined = texas.send({"S1": "Ana"})
        intake.decline(submission=declined, by=OPERATOR, reason="a broken export")
        confirmed = texas.send({"S1": "Ana", "S2": "Eva"})
        flow.confirm(submission=confirmed, by=Hat.system("director"), reason="the season is over")
        assert flow.take_in(confirmed.pk).status == "published"
        superseded = florida.send({"S1": "Ana"})
        florida.send({**FIVE, "S6": "Ina"})
        assert Submission.objects.get(pk=superseded.pk).status == "rejected"
        assert florida.send({"S2": "Ana"}).status == "waiting"

    before = comes_back(way)
    assert next(one for one in before["open tasks"] if "confirm_closures" in one).count("FL-") == 1
    assert sum("the season is over" in one for one in before["submissions"]) == 1


def test_who_was_confirmed_and_not_yet_taken_in_needs_no_second_answer(tmp_path: Path) -> None:
    texas = Texas(tmp_path)

    def way() -> None:
        texas.send(FIVE)
        flow.confirm(submission=texas.send({"S1": "Ana"}), by=OPERATOR, reason="as meant")

    comes_back(way)
    [one] = Submission.objects.filter(status="received")
    assert flow.take_in(one.pk).status == "published"


def test_a_submission_of_several_parts_comes_back_and_so_does_one_that_was_withdrawn_or_lacks_a_part(
    tmp_path: Path,
) -> None:
    children = [parts.child(number, f"S{number}") for number in range(1, 5)]

    def part(number: int, window: str) -> Path:
        rows = {record: children[number - 1][record] for record in parts.CHILD}
        header = {
            **parts.HEADER,
            "part_number": str(number),
            "total_parts": "3",
            "ending_effective_date": window,
        }
        path = tmp_path / f"{window}-{number}.zip"
        path.write_bytes(parts.part({"header": [header], **rows}))
        return path

    def way() -> None:
        exchange.take_in(*(part(number, "20261120000000000") for number in (2, 1, 3)))
        intake.withdraw(submission=exchange.receive(part(1, "20261121000000000")), by=SENDER)
        exchange.receive(part(2, "20261122000000000"), by=SENDER)

    before = comes_back(way)
    assert sorted(one.split('"status": ')[1].split('"')[1] for one in before["submissions"]) == [
        "published", "receiving", "rejected",
    ]  # fmt: skip


# MSIX IDs


def sent_with(state: Texas, students: dict[str, str], msix_ids: dict[str, str]) -> None:
    exchange.take_in(state.file(students, kind="delta", msix_ids=msix_ids))


def id_of(state: str, ssid: str) -> str:
    return Link.objects.live().get(state_code=state, state_record__state_student_id=ssid).msix_id


def test_ids_that_were_adopted_sent_claimed_and_undone_come_back(tmp_path: Path) -> None:
    texas, california = Texas(tmp_path), Texas(tmp_path, "CA")

    def way() -> None:
        rows = [
            ("100000000001", "TX", "01", "S1"),
            ("100000000002", "CA", "01", "later"),
            ("100000000003", None, None, None),
        ]
        columns = ["msix_id", "reporting_state", "state_student_id_type", "state_student_id"]
        adoption.adopt(frame=pl.DataFrame(rows, schema=columns, orient="row"), by=OPERATOR)
        sent_with(
            texas, {"S1": "Ana", "S2": "Berta", "S3": "Carla"}, {"S2": "200000000002", "S3": "100000000003"}
        )
        sent_with(california, {"C1": "Ana", "C2": "Dora"}, {"C1": id_of("TX", "S2"), "C2": id_of("TX", "S3")})
        # Another student's ID, which is dropped (E612), and one that a student gives away.
        sent_with(texas, {"S4": "Elsa", "S2": "Berta"}, {"S4": id_of("TX", "S1"), "S2": id_of("TX", "S2")})
        link = Link.objects.live().get(state_code="CA", state_record__state_student_id="C1")
        if link.reason in ("matched", "sent"):
            undone = decisions.undo_link(link=link, by=OPERATOR, reason="two children")
            decisions.undo_link(link=undone, by=Hat.system("director"), reason="one after all")
        sent_with(california, {"C3": "Ana", "later": "Flor"}, {})

    before = comes_back(way)
    found = {json.loads(one)["code"] for one in before["findings"]}
    assert {"E611", "E612"} < found & {"E611", "E612", "E614", "E615"}
    assert sum('"undone"' in link for link in before["all links"]) == 2


def test_what_people_decided_of_near_matches_comes_back(tmp_path: Path) -> None:
    made = nation.make(children=250, states=3, seed=5, noise=1.5, today=TODAY)

    asked: list[Accepted] = []

    def way() -> None:
        exchange.take_in(*write.write(made, tmp_path / "first"))
        for number, pair in enumerate(CandidatePair.objects.order_by("pk")):
            with suppress(NotDecided):  # the records of one pair may stand in another
                if number % 5 == 0:
                    decisions.different(pair=pair, by=OPERATOR, reason="cousins")
                elif number % 5 < 4:
                    proposal = decisions.same(pair=pair, by=Hat.system("first"), reason="one mother")
                    if number % 5 == 1:
                        decisions.validate(proposal=proposal, by=Hat.system("second"))
                        if number % 2:
                            undoing = decisions.undo(done=proposal, by=Hat.system("first"), reason="two")
                            decisions.validate(proposal=undoing, by=Hat.system("second"))
                    elif number % 5 == 2:
                        decisions.refuse(proposal=proposal, by=Hat.system("second"), reason="twins")

        shared = Link.objects.live().values("msix_id").annotate(records=Count("pk")).filter(records__gt=1)
        for number, one in enumerate(shared.order_by("msix_id")[:6]):
            leaving = Link.objects.live().of_child(one["msix_id"]).values_list("state_record", flat=True)[:1]
            with suppress(NotDecided):
                split = decisions.split(
                    msix_id=one["msix_id"], records=list(leaving), by=Hat.system("first"), reason="two births"
                )
                if number > 1:
                    decisions.validate(proposal=split, by=Hat.system("second"))
                if number > 3:
                    undoing = decisions.undo(done=split, by=Hat.system("first"), reason="one after all")
                    decisions.validate(proposal=undoing, by=Hat.system("second"))

        alone = list(Link.objects.live().order_by("-msix_id").values_list("msix_id", flat=True).distinct())
        for number, (master, other) in enumerate(zip(alone[:16:2], alone[1:16:2], strict=True)):
            with suppress(NotDecided):
                merge = decisions.merge(
                    master=master, others=[other], by=Hat.system("first"), reason="one child"
                )
                if number % 4 == 0:
                    decisions.withdraw(proposal=merge, by=Hat.system("first"))
                elif number % 4 > 1:
                    decisions.validate(proposal=merge, by=Hat.system("second"))
                if number % 4 == 3:
                    undoing = decisions.undo(done=merge, by=Hat.system("first"), reason="two after all")
                    decisions.validate(proposal=undoing, by=Hat.system("second"))

        for model in (replace(in_use(), same_above=22.0), replace(in_use(), possible_above=-30.0)):
            asked.append(decisions.accept(found=relinking.compare(model), model=model, by=OPERATOR))

    before = comes_back(way)
    assert sum(one.questions for one in asked) > 0
    assert any("holds these records for another" in one for one in before["proposals"])
    statuses = Counter(json.loads(one)["status"] for one in before["proposals"].elements())
    assert min(statuses[status] for status in ("open", "done", "refused", "withdrawn")) > 0
    undone = [json.loads(one) for one in before["proposals"] if "two after all" in one]
    assert undone
    assert any("two after all" in one for one in before["known differences"])
    assert before["known differences"]
    assert {json.loads(one)["kind"] for one in before["proposals"]} == {"merge", "split", "undo"}


def test_the_marks_that_states_hold_go_on_meaning_the_same(tmp_path: Path) -> None:
    texas = Texas(tmp_path)
    before = lost_after(lambda: texas.send(FIVE))
    last = max(int(line.split('"id": ')[1].split(",")[0]) for line in before["changes of IDs"])
    assert rebuilt()["changes of IDs"] == before["changes of IDs"]
    texas.send({**FIVE, "S6": "Ina"})
    [newest] = held(by_name=True)["changes of IDs"] - before["changes of IDs"]
    assert int(newest.split('"id": ')[1].split(",")[0]) > last


# acts that did not come to pass


class Crash(OperationalError):
    """The database went away."""


@pytest.mark.parametrize(
    "place", [(intake, "answer"), (identity, "link"), (records, "store")], ids=lambda place: place[1]
)
def test_an_act_that_was_rolled_back_after_it_was_told_does_not_count(
    place: tuple[Any, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texas, module, name = Texas(tmp_path), *place
    real = getattr(module, name)

    def once(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(module, name, real)
        real(*args, **kwargs)
        raise Crash

    def way() -> None:
        texas.send({"S1": "Ana"})
        submission = exchange.receive(texas.file({"S1": "Ana", "S2": "Eva"}))
        monkeypatch.setattr(module, name, once)
        with pytest.raises(Crash), transaction.atomic():
            flow.take_in(submission.pk)
        flow.take_in(submission.pk)

    before = lost_after(way)
    done = conductor.rebuild(report=silent)
    assert done.rolled_back == {"store": 0, "answer": 1, "link": 2}[name]
    assert differences(before, held(by_name=True)) == {}


def test_a_submission_that_failed_and_was_sent_again_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texas = Texas(tmp_path)
    real = checks.run

    def broken(*_: Any) -> Any:
        monkeypatch.setattr(checks, "run", real)
        raise ZeroDivisionError

    def way() -> None:
        path = texas.file(FIVE)
        monkeypatch.setattr(checks, "run", broken)
        with pytest.raises(ZeroDivisionError):
            exchange.take_in(path)
        [again] = exchange.take_in(path)
        assert again.status == "published"

    comes_back(way)


def test_a_submission_whose_state_stored_another_while_it_was_checked_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`007` is a live student by the time `7` is stored, but was not when it was checked; else it would be rejected (E607)."""
    texas = Texas(tmp_path)
    real = checks.run

    def way() -> None:
        texas.send(FIVE)
        late, quick = (exchange.receive(texas.file({ssid: "Ana"}, kind="delta")) for ssid in ("7", "007"))

        def slow(*args: Any) -> Any:
            monkeypatch.setattr(checks, "run", real)
            flow.take_in(quick.pk)
            return real(*args)

        monkeypatch.setattr(checks, "run", slow)
        assert flow.take_in(late.pk).counts["accepted"] == 1

    comes_back(way)


# what is missing is told, and nothing is half made


def told_in(folder: Path) -> list[Path]:
    return sorted((folder / "journal").rglob("*.gz"), key=lambda path: path.name)


def received(folder: Path) -> Path:
    return next(path for path in (folder / "received").rglob("*") if path.is_file())


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def swap(path: Path) -> None:
    first, *others = sorted(path.parent.iterdir())
    first.write_bytes(others[0].read_bytes())


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a piece is cut short": (lambda folder: cut(told_in(folder)[0]), "Pieces of the journal cannot be read"),
    "a piece is gone": (lambda folder: told_in(folder)[1].unlink(), "A piece of the journal is missing"),
    "a file is gone": (lambda folder: received(folder).unlink(), "not there any more"),
    "a file is cut short": (lambda folder: cut(received(folder)), "changed or cut short"),
    "a file is another one": (lambda folder: swap(received(folder)), "another file than was received"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_missing_or_changed_is_told_and_nothing_is_made(
    damage: str, tmp_path: Path, kept_folder: Path
) -> None:
    texas = Texas(tmp_path)
    lost_after(lambda: [texas.send(FIVE), texas.send({**FIVE, "S6": "Ina"})])
    spoil, words = DAMAGES[damage]
    spoil(kept_folder)
    with pytest.raises(conductor.CannotRebuild, match=words):
        conductor.rebuild(report=silent)
    assert not JournalHead.objects.exists()
    assert not Submission.objects.exists()


def test_a_missing_key_is_told(tmp_path: Path) -> None:
    lost_after(lambda: Texas(tmp_path).send(FIVE))
    other = override_settings(FILE_KEYS="other:" + "A" * 43 + "=")
    with other, pytest.raises(conductor.CannotRebuild, match="not among the keys"):
        conductor.rebuild(report=silent)
    assert not JournalHead.objects.exists()


def test_a_database_that_holds_an_exchange_is_not_touched(tmp_path: Path) -> None:
    Texas(tmp_path).send(FIVE)
    before = held(by_name=True)
    with pytest.raises(conductor.NotEmpty):
        conductor.rebuild(report=silent)
    assert differing(before, held(by_name=True)) == {}


def test_a_rebuild_that_broke_off_goes_on_and_nothing_else_is_told_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texas = Texas(tmp_path)
    before = lost_after(lambda: [texas.send(FIVE), texas.send({**FIVE, "S6": "Ina"})])
    real, times = conductor._check_again, []

    def broken(*args: Any) -> None:
        real(*args)
        times.append(1)
        if len(times) == 2:
            raise Crash

    monkeypatch.setattr(conductor, "_check_again", broken)
    with pytest.raises(Crash):
        conductor.rebuild(report=silent)
    with pytest.raises(intake.NotReceived, match="being rebuilt"):
        exchange.receive(texas.file(FIVE, kind="delta"))
    done = conductor.rebuild(report=silent)
    assert 0 < done.before < done.acts
    assert differences(before, held(by_name=True)) == {}
    texas.send({"S7": "Ada"}, kind="delta")


def test_a_journal_in_which_two_databases_went_on_is_refused_until_one_is_chosen(tmp_path: Path) -> None:
    texas, florida = Texas(tmp_path), Texas(tmp_path, "FL")
    lost_after(lambda: [florida.send(FIVE), florida.send({**FIVE, "S6": "Ina"})])
    # In a test all is one transaction; the journal tells databases apart by theirs.
    with transaction.atomic():
        transactions = iter(range(1, 100))
        real = journal._next
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(journal, "_next", lambda scope: _in_transaction(real(scope), next(transactions)))
            lost_after(lambda: [texas.send(FIVE), texas.send({"S6": "Ina"}, kind="delta")])
            newest = lost_after(lambda: texas.send({"S1": "Eva"}))
    with pytest.raises(conductor.CannotRebuild, match=r"journal of TX splits.*--newest"):
        conductor.rebuild(report=silent)
    conductor.rebuild(report=silent, newest=True)
    only_texas = [line for line in held(by_name=True)["submissions"] if '"TX"' in line]
    assert only_texas == list(newest["submissions"])


def _in_transaction(heading: pieces.Heading, number: int) -> pieces.Heading:
    return replace(heading, transaction=str(number))


# whatever happened


@dataclass(frozen=True)
class Sending:
    """One file of a State, where its taking in breaks off once, what a person says if one is asked, and whether a link is undone after it."""

    state: str
    students: dict[str, str]
    kind: str
    window: int
    breaks: str | None
    says: str
    undoes: bool


PLACES = {"answer": intake, "store": records, "_carry_out": identity, "keep_linking": entries}
sendings = st.builds(
    Sending,
    state=st.sampled_from(["TX", "CA"]),
    # A student without a name is rejected.
    students=st.dictionaries(
        st.sampled_from(["S1", "S2", "S3", "0S3"]), st.sampled_from(["Ana", "Berta", "Carla", ""]), min_size=1
    ),
    kind=st.sampled_from(["full", "delta"]),
    window=st.integers(1, 5),
    breaks=st.sampled_from([None, None, *PLACES]),
    says=st.sampled_from(["confirm", "decline", "nothing"]),
    undoes=st.booleans(),
)


def happen(one: Sending, state: Texas) -> None:
    submission = exchange.receive(state.file(one.students, kind=one.kind, window=one.window))
    if one.breaks:
        with pytest.MonkeyPatch.context() as patch, suppress(Crash):
            patch.setattr(PLACES[one.breaks], one.breaks, crashing(getattr(PLACES[one.breaks], one.breaks)))
            flow.take_in(submission.pk)
    submission = flow.take_in(submission.pk)
    if submission.status == "waiting" and one.says == "confirm":
        flow.confirm(submission=submission, by=OPERATOR, reason="as meant")
        flow.take_in(submission.pk)
    elif submission.status == "waiting" and one.says == "decline":
        intake.decline(submission=submission, by=OPERATOR, reason="not meant")
    newest = Link.objects.live().order_by("-pk").first()
    if one.undoes and newest:
        with suppress(identity.NotUndone):
            decisions.undo_link(link=newest, by=OPERATOR, reason="two children")


def all_happen(sent: list[Sending], states: dict[str, Texas]) -> None:
    for one in sent:
        happen(one, states[one.state])


def crashing(real: Callable[..., Any]) -> Callable[..., Any]:
    def crash(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        raise Crash

    return crash


@given(sent=st.lists(sendings, min_size=2, max_size=6))
@settings(max_examples=6, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_whatever_happened_comes_back(sent: list[Sending], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("sent")
    states = {code: Texas(folder, code) for code in ("TX", "CA")}
    with parts.kept_in(folder / "kept"), transaction.atomic():
        comes_back(lambda: all_happen(sent, states))
        transaction.set_rollback(True)
