"""What was sent in error goes by the word of two persons, wholly, and nothing else does."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from openmsix import flow, locks
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted
from openmsix.audit import verify
from openmsix.audit.models import Event
from openmsix.expunge import actions, carrying_out, subjects, tombstones
from openmsix.expunge.models import Expunging, Kind, Status
from openmsix.expunge.refusing import NotPossible
from openmsix.identity import planning
from openmsix.identity.changes import changes_after, last_mark
from openmsix.identity.models import IdChange, Link, MsixId
from openmsix.intake import by_kind, erasing, kept
from openmsix.intake.arrival import NotReceived
from openmsix.intake.models import Answer, Submission
from openmsix.ops.exits import Exit
from openmsix.records.models import StateRecord
from openmsix.replay import actions as conductor
from openmsix.students.models import Child
from openmsix.web.sessions import SessionStore
from openmsix.worklist.models import Task
from tests import parts
from tests.command_line import Terminal
from tests.integration import exchange, marked
from tests.integration.exchange import OPERATOR
from tests.people import hat

pytestmark = pytest.mark.other_engine

TEXAN = subjects.of_student("TX", "MARKTX1", "01")


@dataclass(frozen=True)
class Sent:
    """Two States have sent the marked child, and others: what was kept of it."""

    kept: Path


@pytest.fixture(scope="module")
def once(committed_db_of_module: None, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("sent")
    with parts.kept_in(folder / "kept"):
        exchange.take_in(*marked.files(folder))
    return Sent(folder / "kept")


@pytest.fixture
def sent(once: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    """A copy of what was kept, and a database that is afterwards as it was.

    All is in one transaction, to whose end locks are held: their order is not to be seen here.
    """
    monkeypatch.setattr(locks, "checking", False)
    shutil.copytree(once.kept, tmp_path / "kept")
    with parts.kept_in(tmp_path / "kept"), transaction.atomic():
        yield once
        transaction.set_rollback(True)


@pytest.fixture
def nothing_sent(tmp_path: Path, db: None) -> Iterator[None]:
    """An empty exchange."""
    with parts.kept_in(tmp_path / "kept"):
        yield


def administrator(state: str, number: int = 1) -> Hat:
    return hat("state_data_administrator", state, number)


def operator(number: int = 1) -> Hat:
    return hat("operator", number=number)


def msix_id() -> str:
    return Link.objects.live().get(state_record__state_student_id="MARKTX1").msix_id


def expunge_child() -> Expunging:
    asked = actions.request(
        subject=subjects.of_child(msix_id()), reason="sent in error", by=administrator("TX")
    )
    actions.approve(asked=asked, by=operator())
    return carrying_out.carry_out(ref=asked.ref)


NOT_OTHERS = re.compile(r"MARK|expunge", re.IGNORECASE)


def others() -> dict[str, Counter[str]]:
    """What the exchange holds of others, and what their receipts say, without the place that each student has in them."""
    answers = Answer.objects.exclude(state_student_id__startswith="MARK").values_list(
        "submission__ref", "line", "state_student_id", "verdict", "change", "msix_id", "how", "findings"
    )
    found = {**exchange.held(), "answers": Counter(map(str, answers))}
    return {
        part: Counter({line: count for line, count in lines.items() if not NOT_OTHERS.search(line)})
        for part, lines in found.items()
    }


def test_nothing_of_an_expunged_child_is_left_and_everything_else_is(sent: Sent) -> None:
    assert Link.objects.live().filter(msix_id=msix_id()).count() == 2
    session = SessionStore()
    session["searches"] = {"token": {"text": "Markname"}}
    session.create()
    before, places = others(), marked.found()
    assert {"records_demographics", "intake_answer", "students_searchword", "sessions"} <= places
    assert len([name for name in places if name.startswith("received/")]) == 4
    assert any(name.startswith("journal/US/") for name in places)
    done = expunge_child()
    assert marked.found() == set()
    after = others()
    assert after.pop("search words") < before.pop("search words")
    assert exchange.differing(before, after) == {}
    assert done.status == Status.DONE
    assert done.effect["students"] == {"CA": 1, "TX": 1}
    assert done.effect["files"] == 4


def test_the_audit_stays_whole_and_names_nobody(sent: Sent) -> None:
    before = list(Event.objects.order_by("pk").values_list("pk", "detail"))
    expunge_child()
    assert list(Event.objects.order_by("pk").values_list("pk", "detail"))[: len(before)] == before
    assert verify.report().whole
    assert [event.action for event in Event.objects.filter(action__startswith="expunge:").order_by("pk")] == [
        "expunge:request:requested",
        "expunge:request:approved",
        "expunge:request:done",
    ]


def test_its_msix_id_is_given_to_nobody_and_leads_nowhere(sent: Sent, tmp_path: Path) -> None:
    gone = msix_id()
    expunge_child()
    assert MsixId.objects.get(pk=gone).retired_at is not None
    assert not Child.objects.filter(msix_id=gone).exists()
    again = {**marked.CHILD, "msix_id": gone}
    exchange.take_in(marked.file(tmp_path, "TX", 4, {"MARKTX1": again, **marked.OTHERS}))
    assert msix_id() != gone
    assert not Link.objects.filter(msix_id=gone).exists()


def test_numbers_of_changes_stay_and_name_nobody(sent: Sent) -> None:
    mark, number = last_mark("TX"), IdChange.objects.filter(state_code="TX").count()
    expunge_child()
    assert last_mark("TX") == mark
    assert IdChange.objects.filter(state_code="TX").count() == number
    assert {change.state_student_id for change in changes_after("TX")} == {"T2", "T3"}


def test_receipts_read_as_if_the_child_had_never_been_sent(sent: Sent) -> None:
    expunge_child()
    for submission in Submission.objects.all():
        answers = list(Answer.objects.filter(submission=submission).order_by("seq"))
        assert [answer.seq for answer in answers] == list(range(1, len(answers) + 1))
        assert submission.counts["students"] == len(answers)
        assert submission.counts["rejected"] == 0
        assert [tuple(kind) for kind in submission.counts["kinds"]] == by_kind.count(submission)
        assert sum(rule["findings"] for rule in submission.counts["rules"]) == sum(
            submission.counts["findings"].values()
        )


WRITERS = {"csv": parts.part, "xml": parts.xml, "json": parts.json, "parquet": parts.parquet}


@pytest.mark.parametrize("form", WRITERS)
def test_whatever_the_format_nothing_is_left_and_a_rebuild_ends_the_same(
    form: str, nothing_sent: None, tmp_path: Path
) -> None:
    with transaction.atomic():
        exchange.take_in(*marked.files(tmp_path, WRITERS[form]))
        done = expunge_child()
        assert marked.found() == set()
        assert done.effect["files"] == 4
        before = exchange.held(by_name=True)
        ids = {(each.pk, each.retired_at is None) for each in MsixId.objects.all()}
        marks = {(change.pk, change.state_student_id) for change in IdChange.objects.all()}
        transaction.set_rollback(True)
    rebuilt = conductor.rebuild(report=lambda *_: None)
    assert not rebuilt.otherwise
    assert rebuilt.strays == 0
    after = exchange.held(by_name=True)
    assert (
        exchange.differing(before, after, parts=[part for part in before if part not in ("tasks", "places")])
        == {}
    )
    assert {(each.pk, each.retired_at is None) for each in MsixId.objects.all()} == ids
    assert {(change.pk, change.state_student_id) for change in IdChange.objects.all()} == marks
    assert Expunging.objects.get(ref=done.ref).status == Status.DONE
    with pytest.raises(NotReceived, match="expunged"):
        exchange.receive(marked.files(tmp_path, WRITERS[form])[0])


def test_the_same_file_is_not_taken_in_again_and_a_new_one_is(sent: Sent, tmp_path: Path) -> None:
    expunge_child()
    for path in marked.files(tmp_path):
        with pytest.raises(NotReceived, match="A student in it was sent in error and expunged on 2026-11-23"):
            exchange.receive(path)
    [new] = exchange.take_in(marked.file(tmp_path, "TX", 5, {"MARKTX1": marked.CHILD, **marked.OTHERS}))
    assert new.status == "published"
    assert StateRecord.objects.filter(state_student_id="MARKTX1").count() == 1


def test_of_one_states_student_the_other_states_record_stays(sent: Sent) -> None:
    child = msix_id()
    asked = actions.request(subject=TEXAN, reason="not ours", by=administrator("TX", 1))
    actions.approve(asked=asked, by=administrator("TX", 2))
    carrying_out.carry_out(ref=asked.ref)
    assert marked.found(["MARKTX1", "MARKBAD"]) == set()
    assert Link.objects.live().get(state_record__state_student_id="MARKCA1").msix_id == child
    shown = Child.objects.get(msix_id=child)
    assert (shown.states, shown.records) == (["CA"], 1)


def test_a_student_who_was_only_rejected_can_be_expunged_too(nothing_sent: None, tmp_path: Path) -> None:
    bad = {**marked.CHILD, "first_name": "", "birth_date": "19991231"}
    exchange.take_in(marked.file(tmp_path, "TX", 1, {"MARKTX1": bad, **marked.OTHERS}))
    assert not StateRecord.objects.filter(state_student_id="MARKTX1").exists()
    asked = actions.request(subject=TEXAN, reason="not ours", by=administrator("TX", 1))
    actions.approve(asked=asked, by=operator())
    carrying_out.carry_out(ref=asked.ref)
    assert marked.found() == set()


def test_no_finding_about_a_file_shows_a_value_of_the_student(nothing_sent: None, tmp_path: Path) -> None:
    """Such findings belong to nobody; whose they are is told by their place."""
    torn = {**marked.CHILD, "last_name_1": "Mark\nname"}
    others = {**marked.OTHERS["T2"], "last_name_1": "Iba\nrra"}
    [submission] = exchange.take_in(marked.file(tmp_path, "TX", 1, {"MARKTX1": torn, "T2": others}))
    shown = submission.findings.filter(code="E020").order_by("line")
    assert list(shown.values_list("seq", "value")) == [(None, "Mark\nname"), (None, "Iba\nrra")]
    asked = actions.request(subject=TEXAN, reason="not ours", by=administrator("TX", 1))
    actions.approve(asked=asked, by=operator())
    carrying_out.carry_out(ref=asked.ref)
    assert list(shown.values_list("seq", "value")) == [(None, "(expunged)"), (None, "Iba\nrra")]
    assert marked.found() == set()


def test_a_submission_that_waits_for_a_person_loses_the_child_too(sent: Sent, tmp_path: Path) -> None:
    waiting = exchange.receive(marked.file(tmp_path, "TX", 6, {"MARKTX1": marked.CHILD, **marked.OTHERS}))
    expunge_child()
    assert marked.found() == set()
    assert flow.take_in(waiting.pk).status == "published"
    assert marked.found() == set()
    assert StateRecord.objects.filter(state_code="TX").count() == 2


def take_back(submission: Submission) -> Expunging:
    asked = actions.request(
        subject=subjects.of_submission(submission.ref),
        reason="another State's",
        by=administrator(submission.state_code),
    )
    actions.approve(asked=asked, by=operator())
    return carrying_out.carry_out(ref=asked.ref)


CHANGED = {
    "full": {"T2": {**marked.OTHERS["T2"], "first_name": "Thomas"}, "T9": marked.OTHERS["T3"]},
    "delta": {"T3": {**marked.OTHERS["T3"], "first_name": "Jimena"}, "T9": {**marked.CHILD, "sex": "Male"}},
}


@pytest.mark.parametrize("kind", CHANGED)
def test_after_a_submission_is_taken_back_all_is_as_before_it(kind: str, sent: Sent, tmp_path: Path) -> None:
    before, ids = exchange.held(), set(MsixId.objects.values_list("pk", flat=True))
    wrong = marked.file(tmp_path, "TX", 7, CHANGED[kind], kind=kind)
    received = exchange.receive(wrong)
    submission = flow.take_in(received.pk)
    if submission.status == "waiting":
        flow.confirm(submission=submission, by=OPERATOR, reason="as meant")
        submission = flow.take_in(submission.pk)
    assert submission.status == "published"
    stored_as = submission.parts.get().stored_as
    assert exchange.differing(before, exchange.held()) != {}
    done = take_back(submission)
    after = exchange.held()
    assert exchange.differing(before, after, parts=before.keys() - {"tasks", "search words"}) == {}
    assert stored_as not in kept.names()
    assert not Submission.objects.filter(ref=submission.ref).exists()
    assert MsixId.objects.exclude(pk__in=ids).filter(retired_at=None).count() == 0
    assert done.effect["files"] == 1
    with pytest.raises(NotReceived, match="It was sent in error and expunged"):
        exchange.receive(wrong)


def test_only_a_states_last_submission_is_taken_back(sent: Sent) -> None:
    first = Submission.objects.filter(state_code="TX").earliest("pk")
    with pytest.raises(NotPossible, match="stands on it"):
        take_back(first)


def alone(submission: Submission) -> Expunging:
    return actions.request(
        subject=subjects.of_submission(submission.ref, alone=True),
        reason="another State's",
        by=administrator("TX"),
    )


def test_of_an_earlier_submission_the_students_go_of_whom_it_alone_tells(sent: Sent, tmp_path: Path) -> None:
    wrong = {
        "T2": {**marked.OTHERS["T2"], "first_name": "Thomas"},
        "T8": marked.CHILD,
        "T9": marked.OTHERS["T3"],
    }
    deleted = {"T3": marked.OTHERS["T3"], "T9": {**marked.OTHERS["T3"], "action_code": "D"}}
    submission, later = exchange.take_in(
        marked.file(tmp_path, "TX", 7, wrong, kind="delta"),
        marked.file(tmp_path, "TX", 8, deleted, kind="delta"),
    )
    assert subjects.of_this_submission(submission).kind == Kind.ALONE
    asked = alone(submission)
    assert asked.effect["students"] == {"TX": 2}
    actions.approve(asked=asked, by=operator())
    # Sent meanwhile, and not looked into yet: it tells of T8 again, and that word counts.
    again = exchange.receive(marked.file(tmp_path, "TX", 9, {"T8": marked.CHILD}, kind="delta"))
    done = carrying_out.carry_out(ref=asked.ref)
    assert (done.status, done.effect["files"]) == (Status.DONE, 2)
    known = StateRecord.objects.filter(state_code="TX")
    assert set(known.values_list("state_student_id", flat=True)) == {"MARKTX1", "T2", "T3"}
    left = Answer.objects.filter(submission__in=[submission, later]).order_by("submission", "seq")
    assert list(left.values_list("state_student_id", flat=True)) == ["T2", "T3"]
    assert flow.take_in(again.pk).status == "published"
    assert known.filter(state_student_id="T8").exists()


def test_where_others_tell_of_every_student_too_it_is_said_what_helps(sent: Sent) -> None:
    first = Submission.objects.filter(state_code="TX").earliest("pk")
    with pytest.raises(NotPossible, match="Expunge students one by one"):
        alone(first)


def test_what_a_later_submission_came_to_stand_on_is_not_expunged_and_says_so(
    sent: Sent, tmp_path: Path
) -> None:
    last = Submission.objects.filter(state_code="TX").latest("pk")
    asked = actions.request(subject=subjects.of_submission(last.ref), reason="a test", by=administrator("TX"))
    actions.approve(asked=asked, by=operator())
    exchange.take_in(marked.file(tmp_path, "TX", 8, {"T3": marked.OTHERS["T3"]}, kind="delta"))
    ended = carrying_out.carry_out(ref=asked.ref)
    assert (ended.status, ended.subject) == (Status.LAPSED, {})
    assert "stands on it" in ended.decided_because
    assert Submission.objects.filter(pk=last.pk).exists()


def test_a_submission_that_an_older_backup_brings_back_is_taken_back_again(
    once: Sent, sent: Sent, tmp_path: Path
) -> None:
    last = Submission.objects.filter(state_code="TX").latest("pk")
    with transaction.atomic():
        stone = tombstones.find(take_back(last).ref)
        transaction.set_rollback(True)
    shutil.rmtree(tmp_path / "kept")
    shutil.copytree(once.kept, tmp_path / "kept")
    assert stone
    assert Submission.objects.filter(pk=last.pk).exists()
    assert carrying_out.honor(stone, report=carrying_out.silent)
    assert not Submission.objects.filter(pk=last.pk).exists()
    assert not carrying_out.honor(stone, report=carrying_out.silent)
    never_here = replace(stone, ref="X-20261123-AAAA", submission="TX-20261123-AAAA")
    assert carrying_out.honor(never_here, report=carrying_out.silent)
    assert Expunging.objects.get(ref=never_here.ref).status == Status.DONE


def test_a_rebuild_knows_nothing_of_a_submission_that_was_taken_back(
    nothing_sent: None, tmp_path: Path
) -> None:
    with transaction.atomic():
        *_, last = exchange.take_in(*marked.files(tmp_path))
        take_back(last)
        before = exchange.held(by_name=True)
        transaction.set_rollback(True)
    rebuilt = conductor.rebuild(report=lambda *_: None)
    assert (rebuilt.strays, sum(rebuilt.otherwise.values())) == (0, 0)
    parts = before.keys() - {"tasks", "places", "search words"}
    assert exchange.differing(before, exchange.held(by_name=True), parts=parts) == {}
    with pytest.raises(NotReceived, match="expunged"):
        exchange.receive(marked.files(tmp_path)[-1])


def test_who_was_about_to_be_linked_to_an_expunged_child_founds_another(
    sent: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, plan = msix_id(), planning.plan
    made: list[planning.Plan] = []

    def planned(*args: Any, **more: Any) -> planning.Plan:
        made.append(plan(*args, **more))
        if len(made) == 1:
            expunge_child()
        return made[-1]

    monkeypatch.setattr(planning, "plan", planned)
    exchange.take_in(marked.file(tmp_path, "FL", 1, {"F1": marked.CHILD}))
    assert len(made) == 2
    assert Link.objects.get(state_record__state_student_id="F1").msix_id != gone
    assert not Link.objects.filter(msix_id=gone).exists()


class Broken(Exception):
    """The process dies here."""


@pytest.mark.parametrize("where", ["rewrite_journal", "erase"])
def test_what_broke_off_is_finished_and_ends_the_same(
    where: str, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = actions.request(
        subject=subjects.of_child(msix_id()), reason="sent in error", by=administrator("TX")
    )
    actions.approve(asked=asked, by=operator())
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(erasing, where, _break)
        with pytest.raises(Broken):
            carrying_out.carry_out(ref=asked.ref)
    assert StateRecord.objects.filter(state_student_id="MARKTX1").exists()
    assert Expunging.objects.get(ref=asked.ref).status == Status.APPROVED
    done = carrying_out.carry_out(ref=asked.ref)
    assert done.effect["files"] == 4
    assert marked.found() == set()
    assert carrying_out.carry_out(ref=asked.ref).effect == done.effect


def _break(*_: Any, **__: Any) -> None:
    raise Broken


REFUSED = [
    (Kind.STUDENT, "TX", "CA", "only people of the States"),
    (Kind.STUDENT, "operator", "operator", "must be of a State"),
    (Kind.CHILD, "TX", "CA", "asked for a State"),
    (Kind.CHILD, "TX", "FL", "only people of the States"),
]


def _hat(name: str, number: int) -> Hat:
    return operator(number) if name == "operator" else administrator(name, number)


@pytest.mark.parametrize(("kind", "first", "second", "words"), REFUSED)
def test_who_may_not_be_the_second_person_is_refused(
    kind: Kind, first: str, second: str, words: str, sent: Sent
) -> None:
    subject = TEXAN if kind == Kind.STUDENT else subjects.of_child(msix_id())
    asked = actions.request(subject=subject, reason="sent in error", by=_hat(first, 1))
    with pytest.raises(NotPermitted, match=words):
        actions.approve(asked=asked, by=_hat(second, 2))
    assert Expunging.objects.get(ref=asked.ref).status == Status.REQUESTED
    assert StateRecord.objects.filter(state_student_id="MARKTX1").exists()


@pytest.mark.parametrize("who", ["a command", "another State", "primary", "batch_submitter"])
def test_who_has_no_part_in_it_may_not_ask(who: str, sent: Sent) -> None:
    by = (
        Hat.system("operator")
        if who == "a command"
        else administrator("CA")
        if who == "another State"
        else hat(who, "TX")
    )
    with pytest.raises(NotPermitted):
        actions.request(subject=TEXAN, reason="not ours", by=by)


def test_nobody_approves_the_own_request(sent: Sent) -> None:
    by = administrator("TX")
    asked = actions.request(subject=TEXAN, reason="not ours", by=by)
    with pytest.raises(NotPermitted, match="Another person must"):
        actions.approve(asked=asked, by=by)


def test_nothing_goes_before_the_second_person_has_spoken(sent: Sent) -> None:
    asked = actions.request(subject=TEXAN, reason="not ours", by=administrator("TX", 1))
    assert Task.objects.open().get(type="expunge").place.code == "TX"
    carrying_out.carry_out(ref=asked.ref)
    assert StateRecord.objects.filter(state_student_id="MARKTX1").exists()
    actions.decline(asked=asked, reason="it is ours", by=administrator("TX", 2))
    declined = Expunging.objects.get(ref=asked.ref)
    assert (declined.subject, declined.decided_because) == ({}, "it is ours")
    assert not Task.objects.open().filter(type="expunge").exists()
    with pytest.raises(NotPossible, match="decided already"):
        actions.approve(asked=asked, by=administrator("TX", 2))


def test_the_commands_do_it(
    sent: Sent, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    openmsix = Terminal(monkeypatch, capsys)
    first, second = administrator("TX").actor, operator().actor
    words = ("--state", "TX", "--student", "MARKTX1", "--reason", "not ours")
    nobody = openmsix("expunge", "request", *words, "--by", "nobody@example.org")
    assert nobody.code == Exit.USAGE
    asked = openmsix("expunge", "request", *words, "--by", first)
    assert asked.code == Exit.WAITING
    assert "1 state records with 2 versions and 1 links, 3 answers in receipts, 3 kept files" in asked.said
    ref = Expunging.objects.get().ref
    assert openmsix("expunge", "approve", ref, "--by", first).code == Exit.USAGE
    assert openmsix("expunge", "approve", ref, "--by", second).code == Exit.DONE
    listed = openmsix("expunge", "list")
    assert "Expunged" in listed.said
    assert "MARK" not in listed.said
    assert marked.found(["MARKTX1"]) == set()
    assert kept.names("tombstones") == [f"tombstones/{ref}.json"]
