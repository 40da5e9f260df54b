"""Taking in a submission under watch: each stage is timed, told to the log, and counted for the metrics."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import Error
from django.db.models import Count

from openmsix import flow
from openmsix.identity.models import Link
from openmsix.intake.models import Submission
from openmsix.logs import tell, within
from openmsix.ops.metrics import declared
from openmsix.ops.metrics.tallies import Tallies

Report = Callable[[str, int, int], None]


def take_in(submission_id: int, report: Report = flow.silent) -> Submission:
    """The conductor's `take_in`, watched. See `openmsix.flow.take_in`."""
    ref, state = Submission.objects.values_list("ref", "state_code").get(pk=submission_id)
    watch = Stopwatch(report)
    with within(submission=ref, state=state):
        try:
            submission = flow.take_in(submission_id, report=watch)
        except Exception as fault:
            watch.broke_off(fault)
            raise
        watch.came_to(submission)
    return submission


@dataclass
class Stopwatch:
    """Hears of each step, passes it on, and notes how long each stage took."""

    report: Report
    tallies: Tallies = field(default_factory=Tallies)
    began: float = field(default_factory=time.monotonic)
    stage: str = ""
    since: float = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """A step is so far. The first word of the next one ends the one before."""
        if step.lower() != self.stage:
            self._end()
            self.stage, self.since = step.lower(), time.monotonic()
        self.report(step, done, total)

    def _end(self) -> None:
        if self.stage:
            seconds = time.monotonic() - self.since
            tell("stage.done", stage=self.stage, seconds=round(seconds, 3))
            self.tallies.observe(declared.STAGE_SECONDS, seconds, stage=self.stage)
        self.stage = ""

    def broke_off(self, fault: Exception) -> None:
        """A fault ended the stage."""
        if self.stage:
            tell("stage.broken", stage=self.stage, seconds=round(time.monotonic() - self.since, 3), exc=fault)
            self.tallies.count(declared.STAGES_BROKEN, stage=self.stage)
        self._write()

    def came_to(self, submission: Submission) -> None:
        """The submission stands where only its end, or a person, follows."""
        worked = bool(self.stage)
        self._end()
        if worked:
            counts = submission.counts
            tell(
                "submission.done",
                standing=str(submission.status),
                seconds=round(time.monotonic() - self.began, 3),
                students=counts.get("students"),
                rejected=counts.get("rejected"),
                findings=sum(counts.get("findings", {}).values()),
            )
            self._count(submission)
        self._write()

    def _count(self, submission: Submission) -> None:
        counts, count = submission.counts, self.tallies.count
        count(declared.TAKEN_IN, state=submission.state_code, status=str(submission.status))
        if not submission.is_at_rest:
            return  # it is checked again once a person has confirmed
        for verdict in ("accepted", "rejected"):
            count(declared.STUDENTS, counts.get(verdict, 0), verdict=verdict)
        for rule in counts.get("rules", ()):
            count(declared.FINDINGS, rule["findings"], code=rule["code"])
        links = Link.objects.filter(submission=submission).order_by().values_list("reason")
        for reason, number in links.annotate(Count("pk")):
            count(declared.LINKS, number, reason=reason)

    def _write(self) -> None:
        # What was taken in is taken in, whether or not it could be counted.
        with contextlib.suppress(Error):
            self.tallies.add()
