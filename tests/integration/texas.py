"""A State that sends one file after the other."""

from collections.abc import Mapping
from pathlib import Path

from openmsix.intake.models import Submission
from openmsix.records.models import Demographics, RecordVersion
from tests import parts
from tests.integration import exchange

THIRTY = {f"S{number}": "Ana" for number in range(1, 31)}


class Texas:
    """A State that sends files, each for a later window than the last."""

    def __init__(self, folder: Path, state: str = "TX") -> None:
        self.folder, self.state, self.hour = folder, state, 0

    def file(
        self,
        students: Mapping[str, str],
        *,
        kind: str = "full",
        window: int | None = None,
        msix_ids: Mapping[str, str] | None = None,
    ) -> Path:
        """A file of students by identifier and given name (none: a student who will be rejected), of another window than the next one.

        `msix_ids`: those that come with students, by identifier.
        """
        self.hour += 1
        children = [parts.child(number, ssid) for number, ssid in enumerate(students, 1)]
        for one, name in zip(children, students.values(), strict=True):
            one["students"][0]["reporting_state"] = self.state
            one["students"][0]["msix_id"] = (msix_ids or {}).get(one["students"][0]["state_student_id"], "")
            one["demographics"][0]["first_name"] = name
        rows = {record: [row for one in children for row in one[record]] for record in parts.CHILD}
        header = {
            **parts.HEADER,
            "submitting_state": self.state,
            "submission_kind": kind,
            "submission_date": f"202611230{self.hour}0000000",
            "ending_effective_date": f"202611220{self.hour if window is None else window}0000000",
        }
        path = self.folder / f"{self.state}-{self.hour}.zip"
        path.write_bytes(parts.part({"header": [header], **rows}))
        return path

    def send(
        self, students: Mapping[str, str], *, kind: str = "full", window: int | None = None
    ) -> Submission:
        """Send such a file and take it in."""
        [submission] = exchange.take_in(self.file(students, kind=kind, window=window))
        return submission


def live() -> dict[str, str]:
    """The given name of each live student."""
    versions = dict(RecordVersion.objects.live().values_list("pk", "state_record__state_student_id"))
    names = Demographics.objects.filter(version_id__in=versions).values_list("version_id", "first_name")
    return {versions[version]: name or "" for version, name in names}
