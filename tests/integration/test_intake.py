"""A State's files on their way in, against the real database, kept files and journal."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted
from openmsix.audit.models import Event
from openmsix.intake import actions, journal, kept, receipts
from openmsix.intake.checks import Checked
from openmsix.intake.models import Answer, Finding, Submission, SubmissionPart
from openmsix.intake.states import NotPossible, Status
from openmsix.places.models import Place
from openmsix.records import actions as records
from openmsix.records import queries as record_queries
from openmsix.worklist.models import Task
from tests import parts
from tests.people import hat, places_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

TEXAS = Hat.system("test", state_code="TX")
NATION = Hat.system("test")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def send(inbox: Path, data: bytes, by: Hat = TEXAS, name: str = "tx.zip") -> Submission:
    path = inbox / name
    path.write_bytes(data)
    return actions.receive(path=path, file_name=name, by=by)


def a_part(number: int = 1, total: int = 1, **header: str) -> bytes:
    rows = parts.two_children()
    for row in rows["students"]:
        row["state_student_id"] += f"P{number}"
    rows["header"][0] |= {"part_number": str(number), "total_parts": str(total), **header}
    return parts.part(rows)


def checked(submission: Submission) -> Checked:
    actions.begin(submission=submission, step="Checking")
    known = record_queries.known_students(submission.state_code)
    return actions.check(submission=submission, known_students=known)


def take(submission: Submission) -> Checked:
    """Check and store, as the conductor does."""
    outcome = checked(submission)
    if not actions.is_usable(submission=submission, checked=outcome):
        return outcome
    actions.begin(submission=submission, step="Storing")
    closing = records.closing(submission=submission, checked=outcome)
    if actions.may_close(submission=submission, checked=outcome, closing=closing):
        stored = records.store(submission=submission, checked=outcome, by=NATION)
        actions.answer(submission=submission, checked=outcome, stored=stored)
    return outcome


def many(count: int, **header: str) -> bytes:
    """A part with this many children, S1 and on."""
    children = [parts.child(number, f"S{number}") for number in range(1, count + 1)]
    rows = {record: [row for child in children for row in child[record]] for record in children[0]}
    return parts.part({"header": [{**parts.HEADER, **header}], **rows})


def test_a_file_is_kept_encrypted_and_its_submission_is_complete(inbox: Path, kept_folder: Path) -> None:
    data = a_part()
    submission = send(inbox, data)
    assert (submission.status, submission.is_complete, submission.state_code) == ("received", True, "TX")
    assert submission.ref.startswith("TX-20261123-")
    part = submission.parts.get()
    assert kept.read(part.stored_as) == data
    assert (kept_folder / part.stored_as).read_bytes()[:15] == b"openmsix sealed"
    event = Event.objects.get(action="intake:submission:part_received")
    assert (event.subject_id, event.detail["digest"]) == (submission.ref, part.digest)


def test_the_same_file_twice_changes_nothing(inbox: Path, kept_folder: Path) -> None:
    first = send(inbox, a_part())
    take(first)
    again = send(inbox, a_part(), name="renamed.zip")
    assert again.pk == first.pk
    assert again.status == Status.LINKING
    assert Submission.objects.count() == SubmissionPart.objects.count() == 1
    assert len([path for path in (kept_folder / "received").rglob("*") if path.is_file()]) == 1


def test_parts_that_come_in_any_order_are_one_submission(inbox: Path) -> None:
    second = send(inbox, a_part(2, 2))
    assert (second.status, second.is_complete, second.parts.count()) == ("receiving", False, 1)
    first = send(inbox, a_part(1, 2))
    assert (first.pk, first.status) == (second.pk, "received")
    other = send(inbox, a_part(1, 2, submission_date="20261123090000000"))
    assert (other.pk == first.pk, other.status) == (False, "receiving")


def test_all_parts_are_checked_together(inbox: Path) -> None:
    send(inbox, a_part(2, 2))
    submission = send(inbox, a_part(1, 2))
    take(submission)
    answers = Answer.objects.filter(submission=submission).in_order()
    assert [(answer.seq, answer.part, answer.state_student_id, answer.change) for answer in answers] == [
        (1, 1, "NEW1P1", "new"),
        (2, 1, "NEW2P1", "new"),
        (3, 2, "NEW1P2", "new"),
        (4, 2, "NEW2P2", "new"),
    ]
    assert list(submission.parts.order_by("part_number").values_list("students", "records")) == [
        (2, 12),
        (2, 12),
    ]


def test_a_part_with_other_content_is_refused_until_the_first_is_withdrawn(inbox: Path) -> None:
    first = send(inbox, a_part(1, 2))
    rows = parts.two_children()
    rows["header"][0] |= {"total_parts": "2"}
    other = parts.part(rows)
    with pytest.raises(actions.NotReceived, match=f"Withdraw {first.ref}"):
        send(inbox, other)
    actions.withdraw(submission=first, by=TEXAS)
    assert first.status == Status.REJECTED
    second = send(inbox, other)
    assert second.pk != first.pk
    actions.withdraw(submission=second, by=TEXAS)
    assert send(inbox, other).status == Status.RECEIVING


def test_a_state_cannot_send_another_states_file(inbox: Path) -> None:
    with pytest.raises(actions.NotReceived, match="from TX, and you send for OK"):
        send(inbox, a_part(), by=Hat.system("test", state_code="OK"))
    assert not SubmissionPart.objects.exists()


def test_who_may_not_submit_cannot(inbox: Path) -> None:
    with pytest.raises(NotPermitted):
        send(inbox, a_part(), by=hat("secondary"))


def test_a_file_that_is_none_gets_a_receipt_if_the_state_is_known(inbox: Path) -> None:
    submission = send(inbox, b"not a zip")
    outcome = take(submission)
    assert outcome.rejected
    assert submission.status == Status.REJECTED
    assert "E001" in receipts.in_words(submission)
    with pytest.raises(actions.NotReceived, match="which State"):
        send(inbox, b"not a zip either", by=NATION)


def test_a_receipt_has_an_answer_to_every_student_and_every_finding(inbox: Path, tmp_path: Path) -> None:
    rows = parts.two_children()
    rows["demographics"][0]["birth_date"] = "20100230"
    rows["demographics"][1]["middle_name"] = 'Ana, "quoted" next'
    rows["enrollments"][1]["grade_level"] = "02"
    places_in("TX")
    submission = send(inbox, parts.part(rows))
    outcome = take(submission)
    answers = {answer.state_student_id: answer for answer in submission.answers.all()}
    assert (answers["NEW1"].verdict, answers["NEW1"].change, answers["NEW1"].state_record_id) == (
        "rejected",
        "none",
        None,
    )
    assert (answers["NEW2"].verdict, answers["NEW2"].change, answers["NEW2"].findings) == (
        "findings",
        "new",
        3,  # the grade, and a school and a district that no directory has
    )
    assert answers["NEW2"].state_record_id is not None
    found = submission.findings.in_order().values_list("code", "value", "line")
    assert list(found) == list(outcome.findings.select("code", "value", "line").iter_rows())
    assert Finding.objects.get(code="E502").detail == {"age": 15}
    assert submission.counts["rejected"] == submission.rejected_students == 1
    receipts.write(submission, tmp_path / "receipt.csv")
    receipts.write(submission, tmp_path / "receipt.json")
    assert "NEW2" in (tmp_path / "receipt.csv").read_text()
    assert "quoted" not in (tmp_path / "receipt.csv").read_text()  # a receipt repeats only what is at fault


def test_answers_are_written_anew_not_twice(inbox: Path) -> None:
    submission = send(inbox, a_part())
    take(submission)
    Submission.objects.filter(pk=submission.pk).update(status=Status.STORING)
    submission.refresh_from_db()
    take(submission)
    assert submission.answers.count() == 2


def test_an_unknown_school_becomes_a_provisional_place(inbox: Path) -> None:
    places_in("TX")
    submission = send(inbox, a_part())
    outcome = take(submission)
    assert {"E621"} <= set(outcome.findings["code"])
    school = Place.objects.get(code="484515005120")
    assert (school.provisional, school.name) == (True, "Weslaco High School")
    again = send(inbox, a_part(submission_date="20261123100000000"))
    assert "E621" in set(take(again).findings["code"])


def test_places_are_not_checked_before_any_directory_is_loaded(inbox: Path) -> None:
    submission = send(inbox, a_part())
    assert "E621" in take(submission).skipped
    assert submission.counts["skipped"] == ["E611", "E612", "E614", "E615", "E616", "E621"]
    assert "E621" in receipts.in_words(submission)


def test_a_rejected_file_stores_nothing(inbox: Path) -> None:
    submission = send(inbox, a_part(total_records="99"))
    take(submission)
    assert submission.status == Status.REJECTED
    assert submission.finished_at is not None
    assert set(submission.answers.values_list("verdict", flat=True)) == {"rejected"}
    assert record_queries.known_students("TX").is_empty()


def hold(inbox: Path) -> Submission:
    """A full submission that leaves out nearly all of the State's students."""
    take(send(inbox, many(30)))
    submission = send(
        inbox,
        many(
            2,
            submission_kind="full",
            submission_date="20261123100000000",
            ending_effective_date="20261123000000000",
        ),
    )
    take(submission)
    return submission


def test_a_submission_that_would_close_many_waits_for_a_person(inbox: Path) -> None:
    submission = hold(inbox)
    assert (submission.status, submission.closes, submission.live_before) == (Status.WAITING, 28, 30)
    assert submission.answers.count() == 2
    task = Task.objects.get(subject_id=submission.ref)
    assert (task.status, task.place.code, task.level) == ("open", "TX", "state")
    assert record_queries.known_students("TX")["live"].sum() == 30


def test_a_person_confirms_and_it_goes_on(inbox: Path) -> None:
    submission = hold(inbox)
    with pytest.raises(NotPermitted):
        actions.confirm(reason="as meant", submission=submission, by=hat("batch_submitter"))
    with pytest.raises(NotPermitted):
        actions.confirm(reason="as meant", submission=submission, by=hat("state_data_administrator", "FL"))
    actions.confirm(reason="as meant", submission=submission, by=hat("state_data_administrator"))
    assert submission.status == Status.RECEIVED
    assert not Task.objects.open().exists()
    take(submission)
    assert submission.status == Status.LINKING
    assert record_queries.known_students("TX")["live"].sum() == 2
    [entry] = [each for each in journal.read() if each["what"] == "confirmed"]
    assert entry["submission"] == submission.ref
    assert entry["digests"] == [submission.parts.get().digest]


def test_whoever_sent_a_file_cannot_confirm_it(inbox: Path) -> None:
    submission = hold(inbox)
    administrator = hat("state_data_administrator")
    Submission.objects.filter(pk=submission.pk).update(received_by_id=administrator.actor_id)
    submission.refresh_from_db()
    with pytest.raises(NotPossible, match="Another person"):
        actions.confirm(reason="as meant", submission=submission, by=administrator)


def test_a_person_declines_and_nothing_is_stored(inbox: Path) -> None:
    submission = hold(inbox)
    actions.decline(reason="as meant", submission=submission, by=hat("state_data_administrator"))
    assert submission.status == Status.REJECTED
    assert record_queries.known_students("TX")["live"].sum() == 30
    with pytest.raises(NotPossible):
        actions.confirm(reason="as meant", submission=submission, by=hat("state_data_administrator"))
    again = send(inbox, kept.read(submission.parts.get().stored_as))
    assert (again.pk == submission.pk, again.status) == (False, Status.RECEIVED)


def test_a_living_student_loses_no_records_to_rows_of_nobody(inbox: Path) -> None:
    take(send(inbox, a_part()))
    rows = parts.two_children()
    for row in rows["students"]:
        row["state_student_id"] += "P1"
    rows["enrollments"][0]["student_record_id"] = "0000009"
    rows["header"][0] |= {"submission_date": "20261123100000000"}
    submission = send(inbox, parts.part(rows))
    take(submission)
    assert (submission.status, submission.closes, submission.is_to_mend) == (Status.WAITING, 1, True)
    assert submission.counts["rows_of_nobody"] == {"enrollments": 1}
    assert "E301" in submission.problem


def test_who_is_closed_because_absent_stands_on_the_receipt(inbox: Path) -> None:
    take(send(inbox, many(3)))
    header = {"submission_kind": "full", "submission_date": "20261123100000000"}
    submission = send(inbox, many(2, **header, ending_effective_date="20261123000000000"))
    take(submission)
    [absent] = submission.answers.absent()
    assert (absent.seq, absent.state_student_id, absent.change) == (3, "S3", "closed")
    assert (submission.counts["students"], submission.counts["absent"]) == (2, 1)
    receipt = receipts.of(submission)
    assert (receipt.students, receipt.counts["Students: closed because absent"]) == (2, 1)
    assert receipt.counts["Students: not changed"] == 2
    assert "S3 (type 01)" in receipt.in_words()
    assert "S3" in receipt.as_html()
    assert [row["state_student_id"] for row in json.loads(receipt.as_json())["closed_because_absent"]] == [
        "S3"
    ]
    assert ",S3," in receipt.as_csv()


def test_a_part_that_was_in_order_comes_again_beside_the_mended_one(inbox: Path) -> None:
    send(inbox, a_part(1, 2))
    rejected = send(inbox, a_part(2, 2, total_records="99"))
    take(rejected)
    assert rejected.status == Status.REJECTED
    again = send(inbox, a_part(1, 2))
    assert (again.pk == rejected.pk, again.status) == (False, Status.RECEIVING)
    take(send(inbox, a_part(2, 2)))
    assert record_queries.known_students("TX").height == 4


def test_a_file_whose_submission_failed_is_tried_again_when_it_comes_again(inbox: Path) -> None:
    submission = send(inbox, a_part())
    actions.begin(submission=submission, step="Checking")
    actions.fail(submission=submission, problem="A fault.", by=NATION)
    again = send(inbox, a_part())
    assert (again.pk, again.status, again.problem) == (submission.pk, Status.RECEIVED, "")


def check_and_stumble(submission: Submission, fault: Exception) -> None:
    with actions.turn(submission.pk) as mine:
        actions.begin(submission=mine, step="Checking")
        raise fault


def test_a_fault_of_ours_is_told_in_words_and_can_be_tried_again(inbox: Path) -> None:
    submission = send(inbox, a_part())
    with pytest.raises(ZeroDivisionError):
        check_and_stumble(submission, ZeroDivisionError("a secret of Guadalupe"))
    submission.refresh_from_db()
    assert submission.status == Status.FAILED
    assert "could not go on with the checking: a fault within it (ZeroDivisionError)" in submission.problem
    assert "Guadalupe" not in submission.problem
    actions.retry(submission=submission, by=NATION)
    take(submission)
    assert submission.status == Status.LINKING


def test_a_lost_key_is_told_in_words(inbox: Path) -> None:
    submission = send(inbox, a_part())
    with (
        override_settings(FILE_KEYS="new:" + "A" * 43 + "="),
        pytest.raises(kept.CannotOpen),
        actions.turn(submission.pk) as mine,
    ):
        checked(mine)
    submission.refresh_from_db()
    assert submission.status == Status.FAILED
    assert "OPENMSIX_FILE_KEYS" in submission.problem
    actions.retry(submission=submission, by=NATION)
    take(submission)
    assert (submission.status, submission.problem) == (Status.LINKING, "")


def test_a_fault_that_may_pass_leaves_the_submission_where_it_stands(inbox: Path) -> None:
    submission = send(inbox, a_part())
    with pytest.raises(OSError, match="full"):
        check_and_stumble(submission, OSError("disk full"))
    submission.refresh_from_db()
    assert submission.status == Status.CHECKING
    with actions.turn(submission.pk) as mine:
        take(mine)
    submission.refresh_from_db()
    assert submission.needs_linking


@pytest.mark.parametrize(("after", "shown"), [(0.0, ("Checking", 2, 2)), (3600.0, ("Checking", 0, 0))])
def test_progress_is_told_each_time_to_who_asks_and_from_time_to_time_to_the_page(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, after: float, shown: tuple[str, int, int]
) -> None:
    monkeypatch.setattr(actions, "TOLD_AFTER", after)
    submission = send(inbox, a_part())
    told: list[tuple[str, int, int]] = []
    with actions.turn(submission.pk, report=lambda *step: told.append(step)) as mine:
        checked(mine)
    assert told[0] == ("Checking", 0, 0)
    assert told[-1] == ("Checking", 2, 2)
    submission.refresh_from_db()
    assert (submission.step, submission.step_done, submission.step_total) == shown


def test_a_status_is_only_left_as_the_table_allows(inbox: Path) -> None:
    submission = send(inbox, a_part())
    with pytest.raises(NotPossible):
        actions.advance(submission=submission, to=Status.PUBLISHED)
    take(submission)
    actions.advance(submission=submission, to=Status.PUBLISHING)
    actions.advance(submission=submission, to=Status.PUBLISHED)
    assert submission.is_at_rest
    assert submission.finished_at is not None


def test_the_job_is_queued_once(inbox: Path) -> None:
    submission = send(inbox, a_part())
    actions.queue(submission=submission)
    actions.queue(submission=submission)
    with connection.cursor() as cursor:
        cursor.execute("select task_name, args from procrastinate_jobs")
        assert len(cursor.fetchall()) == 1


def test_a_hat_sees_the_submissions_of_its_own_state_or_none(inbox: Path) -> None:
    send(inbox, a_part())
    see = Submission.objects.visible_to
    assert see(hat("batch_submitter")).count() == 1
    assert see(hat("state_data_administrator")).count() == 1
    assert see(hat("batch_submitter", "FL")).count() == 0
    assert see(hat("primary")).count() == 0
    assert see(NATION).count() == 1
