"""Findings as the pages show them: by rule, gravest first, and each with its sentence."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise

from openmsix.dictionary import dictionary
from openmsix.intake.checks import by_code
from openmsix.intake.models import Finding, Submission

from .words import SEVERITY_KINDS, SEVERITY_ORDER, SEVERITY_WORDS, Words

__all__ = ["Group", "Shown", "Words", "grouped", "shown"]
MOST_ELEMENTS = 4


@dataclass(frozen=True)
class Group:
    """All findings of one rule in a submission. `elements`: the columns in which it was found most often."""

    code: str
    name: str
    sentence: str
    mend: str
    severity: str
    severity_words: str | Promise
    severity_kind: str
    findings: int
    students: int
    elements: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Shown:
    """One finding with its words."""

    code: str
    name: str
    mend: str
    severity_words: str | Promise
    severity_kind: str
    place: str
    line: int | None
    value: str | None
    detail: str


def grouped(submission: Submission) -> list[Group]:
    """The findings by rule: what rejects first, then what is found most often."""
    rows = (
        submission.findings.order_by()
        .values("code", "severity")
        .annotate(findings=Count("id"), students=Count("seq", distinct=True))
    )
    elements: dict[str, list[tuple[str, str, int]]] = {}
    places = submission.findings.order_by().exclude(element="").values_list("code", "record", "element")
    for code, record, element, count in places.annotate(n=Count("id")).order_by("-n"):
        elements.setdefault(code, []).append((record, element, count))
    made = [
        _group(row, tuple(elements.get(row["code"], [])[:MOST_ELEMENTS])) for row in rows
    ]
    return sorted(made, key=lambda group: (SEVERITY_ORDER.index(group.severity), -group.findings, group.code))


def _group(row: dict[str, object], elements: tuple[tuple[str, str, int], ...]) -> Group:
    code, severity = str(row["code"]), str(row["severity"])
    check = by_code(code)
    return Group(
        code=code,
        name=check.name,
        sentence=check.sentence,
        mend=check.mend,
        severity=severity,
        severity_words=SEVERITY_WORDS[severity],
        severity_kind=SEVERITY_KINDS[severity],
        findings=int(str(row["findings"])),
        students=int(str(row["students"])),
        elements=elements,
    )


def shown(finding: Finding) -> Shown:
    """One finding with the words of its rule and the name of its element."""
    check = by_code(finding.code)
    return Shown(
        code=finding.code,
        name=check.name,
        mend=check.mend,
        severity_words=SEVERITY_WORDS[finding.severity],
        severity_kind=SEVERITY_KINDS[finding.severity],
        place=_place(finding),
        line=finding.line,
        value=finding.value,
        detail="",
    )


def _place(finding: Finding) -> str:
    """Where it was found: the record type and the element, in words where the dictionary has them."""
    record = dictionary().records.get(finding.record)
    if record is None:
        return finding.record
    names = {element.key: element.name for element in record.elements}
    return f"{record.name}: {names.get(finding.element, finding.element)}" if finding.element else record.name
