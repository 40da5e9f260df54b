"""What arrived: submissions with their parts, the answer to each student, and each finding."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from procrastinate.contrib.django.models import ProcrastinateJob

from openmsix import locks, staging
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission

from .states import AT_REST, RUNNING, STORED
from .states import Status as SubmissionStatus
from .words import Change, Closes, How, Kind, Severity, Verdict

__all__ = [
    "Answer",
    "Change",
    "Closing",
    "ExpungedFile",
    "Finding",
    "How",
    "JournalHead",
    "Kind",
    "Severity",
    "Submission",
    "SubmissionPart",
    "Verdict",
]


class SubmissionWords(models.QuerySet["Submission"]):
    """Words for submissions."""

    def of_state(self, code: str) -> "SubmissionWords":
        """Those of one State."""
        return self.filter(state_code=code)

    def visible_to(self, hat: Hat) -> "SubmissionWords":
        """Those whose receipts the hat may read: its own State's, or all for the nation.

        Nothing for any other hat.
        """
        if not hat.may(Permission.SEE_SUBMISSIONS):
            return self.none()
        return self.filter(state_code=hat.state_code) if hat.state_code else self.all()

    def speaking_after(self, one: "Submission") -> "SubmissionWords":
        """Those of its State that speak after it: of a later window; of the same one, sent later by their own date; else received later."""
        same_window, same_date = Q(effective_end=one.effective_end), Q(submission_date=one.submission_date)
        return self.of_state(one.state_code).filter(
            Q(effective_end__gt=one.effective_end)
            | same_window & Q(submission_date__gt=one.submission_date)
            | same_window & same_date & Q(pk__gt=one.pk)
        )

    def stored(self) -> "SubmissionWords":
        """Those whose students were stored, also if it went no further; see `Submission.is_stored`."""
        return self.filter(
            Q(status__in=STORED) | Q(status=SubmissionStatus.FAILED, counts__failed_in__in=sorted(STORED))
        )

    def running(self) -> "SubmissionWords":
        """Those the worker has or will have."""
        return self.filter(status__in=RUNNING)

    def stopped(self) -> "SubmissionWords":
        """Those that do not go on and should: a fault ended or holds them, or they broke off and neither a job nor anybody at a terminal has them."""
        held = self.running().exclude(problem="")
        return self.filter(status=SubmissionStatus.FAILED) | held | self.left_alone()

    def left_alone(self) -> "SubmissionWords":
        """Those that nobody has at hand, and no job will take up."""
        jobs = ProcrastinateJob.objects.filter(task_name=TAKE_IN, status__in=["todo", "doing"])
        number = Cast(KeyTextTransform("submission_id", "args"), models.BigIntegerField())
        at_hand = [found for (found,) in staging.rows(_AT_HAND, [locks.SUBMISSION.number])]
        return self.running().exclude(pk__in=jobs.values_list(number)).exclude(pk__in=at_hand)

    def waiting(self) -> "SubmissionWords":
        """Those that wait for a person to confirm."""
        return self.filter(status=SubmissionStatus.WAITING)

    def newest_first(self) -> "SubmissionWords":
        """The one received last stands first."""
        return self.order_by("-received_at", "-id")


TAKE_IN = "openmsix:take_in"
"""The job that takes in a submission; its argument is `submission_id`."""

_AT_HAND = """
    SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Submission(models.Model):
    """What a State sent about its students for one window of time, in one or more parts.

    `counts`: numbers for lists, see `actions.answer`. `problem`: in plain words, why it stopped.
    `closes`: how many live students it would close or empty, of `live_before`; counted by the tripwire. `decided_because`: why a person
    confirmed or declined that.
    `received_before`: when the file just handed in was received already, so that nothing changed; never kept.
    """

    Status = SubmissionStatus
    received_before: datetime | None = None

    ref = models.TextField(unique=True)
    state_code = models.CharField(max_length=2)
    kind = models.TextField(choices=Kind.choices())
    dictionary_version = models.TextField()
    submission_date = models.DateTimeField()
    effective_begin = models.DateTimeField()
    effective_end = models.DateTimeField()
    parts_total = models.IntegerField()
    status = models.TextField(choices=SubmissionStatus, default=SubmissionStatus.RECEIVING)
    step = models.TextField(default="")
    step_done = models.IntegerField(default=0)
    step_total = models.IntegerField(default=0)
    received_at = models.DateTimeField()
    received_by_id = models.BigIntegerField(null=True)
    received_by = models.TextField()
    checked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    told_at: float = 0.0  # not kept: when its progress was written last
    problem = models.TextField(default="")
    closes = models.IntegerField(default=0)
    live_before = models.IntegerField(default=0)
    confirmed_by = models.TextField(default="")
    confirmed_at = models.DateTimeField(null=True)
    decided_because = models.TextField(default="")

    objects = SubmissionWords.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(parts_total__gte=1), name="submission_has_parts"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by=""),
                name="submission_confirmed_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state_code", "-received_at"], name="submission_of_state"),
            models.Index(
                fields=["status"],
                condition=~Q(status__in=["published", "rejected"]),
                name="submission_under_way",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_complete(self) -> bool:
        """Whether all its parts are here."""
        return self.status != SubmissionStatus.RECEIVING

    @property
    def missing_parts(self) -> list[int]:
        """The numbers of the parts that have not come."""
        here = {part.part_number for part in self.parts.all()}
        return [number for number in range(1, self.parts_total + 1) if number not in here]

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.status in AT_REST

    @property
    def needs_storing(self) -> bool:
        """Whether its students are still to be checked and stored."""
        return self.status in {SubmissionStatus.RECEIVED, SubmissionStatus.CHECKING, SubmissionStatus.STORING}

    @property
    def is_stored(self) -> bool:
        """Whether its students were stored. If not, their answers tell only what the checks found."""
        failed = self.status == SubmissionStatus.FAILED
        return (self.counts.get("failed_in", "") if failed else self.status) in STORED

    @property
    def needs_linking(self) -> bool:
        """Whether its students are stored and still to be linked."""
        return self.status == SubmissionStatus.LINKING

    @property
    def needs_publishing(self) -> bool:
        """Whether its students are linked and still to be shown."""
        return self.status == SubmissionStatus.PUBLISHING

    @property
    def rejected_students(self) -> int:
        """How many of its students were rejected."""
        return int(self.counts.get("rejected", 0))

    @property
    def unread(self) -> frozenset[str]:
        """Elements of its header of which no usable value was read: what is filled in for them was not said by the State."""
        return frozenset(self.counts.get("unread", ()))

    @property
    def rows_of_nobody(self) -> int:
        """How many of its rows belong to no student."""
        return sum(self.counts.get("rows_of_nobody", {}).values())

    @property
    def lost_values(self) -> int:
        """How many values that stood before do no more, since what was sent in their place was left out."""
        return sum(rule["no_longer"] for rule in self.counts.get("rules", ()))

    @property
    def is_to_mend(self) -> bool:
        """Whether something in it was not taken in and is to be sent again: students, or rows of nobody."""
        return self.rejected_students > 0 or self.rows_of_nobody > 0


class SubmissionPart(models.Model):
    """One file of a submission. `stored_as`: the name under which `kept` has it. `students`: until it is checked, what its header says.

    `format`: see `formats.Format`; known once it was checked. `stands`: false once its submission was rejected, withdrawn or declined; then the same file may be sent again.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="parts")
    state_code = models.CharField(max_length=2)
    part_number = models.IntegerField()
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    file_name = models.TextField()
    stored_as = models.TextField()
    students = models.IntegerField(null=True)
    records = models.IntegerField(null=True)
    format = models.TextField(default="csv", db_default="csv")
    received_at = models.DateTimeField()
    stands = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state_code", "digest"], condition=Q(stands=True), name="a_file_is_received_once"
            ),
            models.UniqueConstraint(fields=["submission", "part_number"], name="one_file_for_each_part"),
        ]

    def __str__(self) -> str:
        return f"part {self.part_number} of {self.submission_id}"


class Closing(models.Model):
    """One live student that a submission held by the tripwire would close or empty, as counted at `Submission.checked_at`.

    `state_record_id`: a plain number, since state records stand in a later room.
    """

    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="closings", db_index=False
    )
    state_record_id = models.BigIntegerField()
    state_student_id_type = models.TextField()
    state_student_id = models.TextField()
    how = models.TextField(choices=Closes.choices())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["submission", "state_student_id", "state_student_id_type"],
                name="one_closing_for_each_student",
            )
        ]

    def __str__(self) -> str:
        return f"closing by {self.submission_id}"


class AnswerWords(models.QuerySet["Answer"]):
    """Words for answers."""

    def in_order(self) -> "AnswerWords":
        """As the students stand in the files."""
        return self.order_by("seq")

    def absent(self) -> "AnswerWords":
        """Those of students that were closed because a full submission left them out."""
        return self.filter(line=0)

    def rejected(self) -> "AnswerWords":
        """Those of students that were not stored."""
        return self.filter(verdict=Verdict.REJECTED)


class Answer(models.Model):
    """What became of one student of a submission. `seq` counts the students over all parts, from 1.

    A student that is closed because a full submission left it out stands after those of the files, with part and line 0.
    `msix_id_sent`: the usable MSIX ID that came with the student; `msix_id`: the one it has.
    Written by `answers.write` only, for a submission at hand: the database does not look that up for each of a million students.
    """

    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="answers", db_index=False, db_constraint=False
    )
    seq = models.IntegerField()
    part = models.SmallIntegerField()
    line = models.IntegerField()
    student_record_id = models.TextField(null=True)
    state_student_id = models.TextField(null=True)
    state_student_id_type = models.TextField(null=True)
    action = models.CharField(max_length=1, null=True)
    verdict = models.TextField(choices=Verdict.choices())
    change = models.TextField(choices=Change.choices(), default=Change.NONE.value)
    state_record_id = models.BigIntegerField(null=True)
    msix_id_sent = models.CharField(max_length=12, null=True)
    msix_id = models.CharField(max_length=12, null=True)
    how = models.TextField(choices=How.choices(), default=How.NONE.value)
    findings = models.IntegerField(default=0)

    objects = AnswerWords.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "seq"], name="one_answer_for_each_student")
        ]

    def __str__(self) -> str:
        return f"answer {self.seq} of {self.submission_id}"


class FindingWords(models.QuerySet["Finding"]):
    """Words for findings."""

    def in_order(self) -> "FindingWords":
        """Those about the file first, then as the students stand in it."""
        return self.order_by(F("seq").asc(nulls_first=True), "part", "record", "line", "id")


class Finding(models.Model):
    """One thing that a check found. `seq` is null if it is about the file; `value` is cut short. Written as answers are."""

    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="findings", db_index=False, db_constraint=False
    )
    seq = models.IntegerField(null=True)
    part = models.SmallIntegerField()
    record = models.TextField(default="")
    line = models.IntegerField(null=True)
    record_id = models.TextField(null=True)
    element = models.TextField(default="")
    code = models.CharField(max_length=4)
    severity = models.TextField(choices=Severity.choices())
    value = models.TextField(null=True)
    detail = models.JSONField(null=True)

    objects = FindingWords.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["submission", "seq"], name="finding_of_student"),
            models.Index(fields=["submission", "code"], name="finding_by_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.code} in {self.submission_id}"


class JournalHead(models.Model):
    """The last act of one line of the journal (`intake.journal`) that this database holds; written in the transaction of the act.

    `scope`: a State, or the nation. `rebuilding`, of the nation's row only: the database is being made from the journal, and is not whole yet.
    """

    scope = models.CharField(max_length=2, primary_key=True)
    number = models.BigIntegerField(default=0)
    act = models.CharField(max_length=16, default="")
    rebuilding = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"act {self.number} of {self.scope}"


class ExpungedFile(models.Model):
    """A file that was received and of which something was expunged since: the same file is not taken in again.

    `whole`: all of it, and not some students only.
    """

    state_code = models.CharField(max_length=2)
    digest = models.CharField(max_length=64)
    expunged_at = models.DateTimeField()
    whole = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state_code", "digest"], name="a_file_is_expunged_once")
        ]

    def __str__(self) -> str:
        return f"expunged file of {self.state_code}"
