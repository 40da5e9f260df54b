"""Findings as the pages show them: by rule, gravest first, and each with its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.functional import Promise

from openmsix.dictionary import dictionary
from openmsix.intake.checks import BY_CODE, Check
from openmsix.intake.comparison import Compared
from openmsix.intake.models import Finding, Submission

from .words import SEVERITY_KINDS, SEVERITY_ORDER, SEVERITY_WORDS

MOST_ELEMENTS = 4


def name_of(check: Check) -> str:
    """The name of a check in words: `Grade out of range`."""
    return check.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Group:
    """All findings of one rule in a submission. `elements`: where it was found most often, and how often."""

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
    """One finding with its words. `wrong`: what is wrong in this case."""

    code: str
    name: str
    wrong: str
    mend: str
    severity_words: str | Promise
    severity_kind: str
    place: str
    line: int | None
    value: str | None


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
    made = [_group(row, elements.get(row["code"], []), examples[row["code"]]) for row in rows]
    return sorted(made, key=lambda group: (SEVERITY_ORDER.index(group.severity), -group.findings, group.code))


def _group(row: Mapping[str, Any], elements: list[tuple[str, str, int]], example: Finding) -> Group:
    """How to mend it is told of the example if there is only one element, else in general."""
    check = BY_CODE[row["code"]]
    return Group(
        code=check.code,
        name=name_of(check),
        sentence=check.sentence,
        mend=_filled(check.mend, _known(example) if len(elements) == 1 else {}),
        severity=row["severity"],
        severity_words=SEVERITY_WORDS[row["severity"]],
        severity_kind=SEVERITY_KINDS[row["severity"]],
        findings=row["findings"],
        students=row["students"],
        elements=tuple(elements[:MOST_ELEMENTS]),
    )


def shown(finding: Finding) -> Shown:
    """One finding with the words of its rule, filled with what was found."""
    check = BY_CODE[finding.code]
    known = _known(finding)
    return Shown(
        code=finding.code,
        name=name_of(check),
        wrong=_filled(check.wrong, known),
        mend=_filled(check.mend, known),
        severity_words=SEVERITY_WORDS[finding.severity],
        severity_kind=SEVERITY_KINDS[finding.severity],
        place=_place(finding.record, finding.element),
        line=finding.line,
        value=finding.value,
    )


def _known(finding: Finding) -> dict[str, Any]:
    """What the sentences of a check may name."""
    return {
        "element": _element(finding.record, finding.element),
        "value": finding.value or "",
        "line": finding.line or "",
        **(finding.detail or {}),
    }


def of_compared(compared: Compared) -> dict[str, str]:
    """The name of the rule and the place, for a finding held against an earlier submission."""
    return {
        "name": name_of(BY_CODE[compared.code]),
        "place": _place(compared.record, compared.element),
    }


class _Known(dict[str, Any]):
    """What a finding knows; what it does not know is named in general."""

    def __missing__(self, word: str) -> str:
        return {"allowed": "the codes of the element"}.get(word, f"the {word.replace('_', ' ')}")


def _filled(words: str, known: Mapping[str, Any]) -> str:
    return words.format_map(_Known(known))


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
