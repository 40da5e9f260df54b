"""What became of the findings since an earlier submission: new, still there, mended, or of a student not sent again."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from openmsix import staging

from .models import Submission, Verdict


class Became(StrEnum):
    """What became of a finding between two submissions of a State."""

    NEW = "new"
    STILL = "still"
    MENDED = "mended"
    NOT_SENT = "not_sent"


@dataclass(frozen=True)
class Compared:
    """One finding of either submission. `line` and `value` are those of the later one that has it."""

    became: Became
    code: str
    state_student_id_type: str
    state_student_id: str
    record: str
    record_id: str
    element: str
    line: int | None
    value: str | None


# A finding is the same one if it is of the same student, record, element and rule. Lines move when a file is mended.
_FINDINGS = """
    select coalesce(a.state_student_id_type, '') as student_type, coalesce(a.state_student_id, '') as student,
           f.record, coalesce(f.record_id, '') as record_id, f.element, f.code,
           min(f.line) as line, min(f.value) as value
    from intake_finding f
    left join intake_answer a on a.submission_id = f.submission_id and a.seq = f.seq
    where f.submission_id = %s
    group by 1, 2, 3, 4, 5, 6
"""
_COMPARED = f"""
    with later as ({_FINDINGS}), earlier as ({_FINDINGS}), compared as materialized (
        select case when e.code is null then 'new'
                    when l.code is not null then 'still'
                    when student = '' or exists (
                        select from intake_answer s
                        where s.submission_id = %s and s.line > 0 and s.state_student_id = student
                          and coalesce(s.state_student_id_type, '') = student_type
                    ) then 'mended'
                    else 'not_sent' end as became,
               code, student_type, student, record, record_id, element,
               coalesce(l.line, e.line) as line, coalesce(l.value, e.value) as value
        from later l full join earlier e using (student_type, student, record, record_id, element, code)
    )
"""  # noqa: S608 (made of constants)

_COLUMNS = "code, student_type, student, record, record_id, element, line, value"
_ORDER = "student, student_type, record, record_id, element, code"


def overview(
    *, earlier: Submission, later: Submission, most: int
) -> dict[Became, tuple[int, list[Compared]]]:
    """How many findings became what, and the first of each kind by student; kinds without any are 0."""
    firsts = " ".join(
        f"union all (select became, null, {_COLUMNS} from compared where became = '{kind}' order by {_ORDER} limit %s)"  # noqa: S608 (made of constants)
        for kind in Became
    )
    query = f"""{_COMPARED} select became, count(*), {", ".join(["null"] * len(_COLUMNS.split(",")))}
        from compared group by 1 {firsts}"""  # noqa: S608 (made of constants)
    rows = staging.rows(query, [*_keys(earlier, later), *[most] * len(Became)])
    counts = {row[0]: row[1] for row in rows if row[1] is not None}
    return {
        kind: (
            counts.get(kind.value, 0),
            [Compared(kind, *row[2:]) for row in rows if row[:2] == (kind.value, None)],
        )
        for kind in Became
    }


def listed(
    *, earlier: Submission, later: Submission, became: Became, first: int = 0, most: int = 50
) -> list[Compared]:
    """Findings of one kind, by student, from number `first` (counted from 0)."""
    query = f"""{_COMPARED} select {_COLUMNS} from compared where became = %s
        order by {_ORDER} limit %s offset %s"""  # noqa: S608
    rows = staging.rows(query, [*_keys(earlier, later), became.value, most, first])
    return [Compared(became, *row) for row in rows]


def recovered(*, earlier: Submission, later: Submission) -> int:
    """How many students were rejected in the earlier submission and accepted in the later one."""
    query = """
        select count(*) from intake_answer now
        join intake_answer before using (state_student_id_type, state_student_id)
        where now.submission_id = %s and before.submission_id = %s
          and before.verdict = %s and now.verdict <> %s and now.line > 0
    """
    return int(staging.rows(query, [later.pk, earlier.pk, Verdict.REJECTED, Verdict.REJECTED])[0][0])


def _keys(earlier: Submission, later: Submission) -> list[Any]:
    return [later.pk, earlier.pk, later.pk]
