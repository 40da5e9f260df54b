"""Findings as the pages show them: by rule, gravest first, and each with its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.functional import Promise

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.intake.checks import BY_CODE, Check
from openmsix.intake.comparison import Compared
from openmsix.intake.models import Finding, Submission
from openmsix.intake.wording import Teller

from .words import SEVERITY_KINDS, SEVERITY_ORDER, SEVERITY_WORDS

MOST_ELEMENTS = 4


def name_of(check: Check) -> str:
    """The name of a check in words: `Grade out of range`."""
    return check.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Group:
    """All findings of one rule in a submission.

    `mend`: ways to mend it, each with the element it is about ("" if it is one way for all). `elements`: record type,
    element and number of findings where it was found most often.
    """

    code: str
    name: str
    sentence: str
    mend: tuple[tuple[str, str], ...]
    severity: str
    severity_words: str | Promise
    severity_kind: str
    findings: int
    students: int
    elements: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Shown:
    """One finding with its words. `wrong`: what is wrong in this case; `gravity`: 0 is the gravest."""

    code: str
    name: str
    gravity: int
    wrong: str
    mend: str
    severity_words: str | Promise
    severity_kind: str
    place: str
    line: int | None
    value: str | None


def teller(submission: Submission) -> Teller:
    """Says findings in the words of the submission's dictionary version."""
    known = submission.dictionary_version in VERSIONS
    return Teller(dictionary(submission.dictionary_version if known else "current"))


def grouped(submission: Submission) -> list[Group]:
    """The findings by rule: what rejects first, then what is found most often."""
    rows = (
        submission.findings.order_by()
        .values("code", "severity")
        .annotate(findings=Count("id"), students=Count("seq", distinct=True))
    )
    examples = {one.code: one for one in submission.findings.order_by("code", "id").distinct("code")}
    elements: dict[str, list[tuple[str, str, int]]] = {}
    places = submission.findings.order_by().exclude(element="").values_list("code", "record", "element")
    for code, record, element, count in places.annotate(n=Count("id")).order_by("-n"):
        elements.setdefault(code, []).append((record, element, count))
    words = teller(submission)
    made = [
        _group(row, elements.get(row["code"], [])[:MOST_ELEMENTS], examples[row["code"]], words)
        for row in rows
    ]
    return sorted(made, key=lambda group: (SEVERITY_ORDER.index(group.severity), -group.findings, group.code))


def _group(
    row: Mapping[str, Any], elements: list[tuple[str, str, int]], example: Finding, words: Teller
) -> Group:
    check = BY_CODE[row["code"]]
    return Group(
        code=check.code,
        name=name_of(check),
        sentence=check.sentence,
        mend=_ways_to_mend(check, elements, example, words),
        severity=row["severity"],
        severity_words=SEVERITY_WORDS[row["severity"]],
        severity_kind=SEVERITY_KINDS[row["severity"]],
        findings=row["findings"],
        students=row["students"],
        elements=tuple(elements),
    )


def _ways_to_mend(
    check: Check, elements: list[tuple[str, str, int]], example: Finding, words: Teller
) -> tuple[tuple[str, str], ...]:
    """How to mend it; where that differs by element, each way with the name of its element."""
    places = [(record, element) for record, element, _count in elements] or [
        (example.record, example.element)
    ]
    told = {
        place: words.tell(
            check,
            record=place[0],
            element=place[1],
            value=example.value,
            line=example.line,
            detail=example.detail,
        )[1]
        for place in places
    }
    if len(set(told.values())) == 1:
        return (("", told[places[0]]),)
    return tuple((_element(*place), mend) for place, mend in told.items())


def shown(finding: Finding, words: Teller) -> Shown:
    """One finding with the words of its rule, filled with what was found."""
    check = BY_CODE[finding.code]
    wrong, mend = words.tell(
        check,
        record=finding.record,
        element=finding.element,
        value=finding.value,
        line=finding.line,
        detail=finding.detail,
    )
    return Shown(
        code=finding.code,
        name=name_of(check),
        gravity=SEVERITY_ORDER.index(finding.severity),
        wrong=wrong,
        mend=mend,
        severity_words=SEVERITY_WORDS[finding.severity],
        severity_kind=SEVERITY_KINDS[finding.severity],
        place=_place(finding.record, finding.element),
        line=finding.line,
        value=finding.value,
    )


def of_compared(compared: Compared) -> dict[str, str]:
    """The name of the rule and the place, for a finding held against an earlier submission."""
    return {
        "name": name_of(BY_CODE[compared.code]),
        "place": _place(compared.record, compared.element),
    }


def _element(record: str, element: str) -> str:
    """The name of an element, where the dictionary has one."""
    declared = dictionary().records.get(record)
    names = {each.key: each.name for each in declared.elements} if declared else {}
    return names.get(element, element)


def _place(record: str, element: str) -> str:
    """Where it was found: the record type and the element, in words where the dictionary has them."""
    declared = dictionary().records.get(record)
    name = declared.name if declared else record
    return f"{name}: {_element(record, element)}" if element else name
