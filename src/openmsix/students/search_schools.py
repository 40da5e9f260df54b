"""Which children were enrolled in the school that a search asks for, and whether they still are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from openmsix.deadlines import clock
from openmsix.students.rank_reasons import Reason, Why
from openmsix.students.vocabulary import Meanings
from openmsix.students.words import school_words

_RESIDENCY = "06"  # enrollment type of a child that lives there and need not go to school there

# All enrollments of children, whichever State says so; one that two States say stands twice, which does no harm.
_STAYS = """
select link.msix_id, stay.school_or_project_name, stay.enrollment_date, stay.withdrawal_date,
       coalesce(stay.enrollment_type, '') = %s
from identity_link link
join records_recordversion version on version.state_record_id = link.state_record_id and version.closed_at is null
join records_enrollment stay on stay.version_id = version.id
where link.closed_at is null and link.msix_id = any(%s) and stay.school_or_project_name is not null
"""


@dataclass(frozen=True)
class Stay:
    """One enrollment."""

    school: str
    began: date | None
    ended: date | None
    residency: bool = False

    def is_over(self, today: date, later: Iterable["Stay"]) -> bool:
        """Whether it has ended, or the child was enrolled elsewhere after it began."""
        if self.ended is not None and self.ended <= today:
            return True
        return any(
            other.began
            and self.began
            and other.began > self.began
            and other.school != self.school
            and not other.residency
            for other in later
        )


def stays_at(msix_ids: Iterable[str], asked: list[Meanings]) -> dict[str, Reason]:
    """For each child with an enrollment in a school that has all the words asked for: now, or until when."""
    with connection.cursor() as cursor:
        cursor.execute(_STAYS, [_RESIDENCY, list(msix_ids)])
        rows = cursor.fetchall()
    words = {school: frozenset(school_words(school)) for _, school, *_ in rows}
    meant = {school: all(of & one.keys() for one in asked) for school, of in words.items()}
    stays: Mapping[str, list[Stay]] = defaultdict(list)
    for msix_id, *stay in rows:
        stays[msix_id].append(Stay(*stay))
    return {
        child: _reason(here, every)
        for child, every in stays.items()
        if (here := [stay for stay in every if meant[stay.school]])
    }


def _reason(here: list[Stay], every: list[Stay]) -> Reason:
    """The standing of the latest of the enrollments in the school."""
    today = clock.today()
    for stay in here:
        if not stay.is_over(today, every):
            return Reason(Why.SCHOOL_NOW, found=stay.school)
    latest = max(here, key=lambda stay: stay.ended or stay.began or date.min)
    if latest.ended and latest.ended <= today:
        return Reason(Why.SCHOOL_UNTIL, typed=latest.ended.isoformat(), found=latest.school)
    return Reason(Why.SCHOOL_BEFORE, found=latest.school)
