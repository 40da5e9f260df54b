"""Findings as the pages show them: by rule, gravest first, and each with its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.intake import by_rule, receipts
from openmsix.intake.checks import BY_CODE, Check
from openmsix.intake.comparison import Compared
from openmsix.intake.models import Finding, Submission
from openmsix.intake.wording import Teller

from .words import SEVERITY_KINDS, SEVERITY_ORDER, SEVERITY_WORDS, position


def name_of(check: Check) -> str:
    """The name of a check in words: `Grade out of range`."""
    return check.name.replace("_", " ").capitalize().replace("Msix id", "MSIX ID")


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
    examples: tuple["Shown", ...] = ()

    @property
    def more(self) -> int:
        """How many findings there are besides the examples."""
        return self.findings - len(self.examples)


@dataclass(frozen=True)
class Shown:
    """One finding with its words. `wrong`: what is wrong in this case; `gravity`: 0 is the gravest; `part`: 0 if there is one only."""

    code: str
    name: str
    gravity: int
    wrong: str
    mend: str
    severity_words: str | Promise
    severity_kind: str
    file: str
    element: str
    part: int
    position: str
    value: str | None


def teller(submission: Submission) -> Teller:
    """Says findings in the words of the submission's dictionary version."""
    known = submission.dictionary_version in VERSIONS
    book = dictionary(submission.dictionary_version if known else "current")
    return Teller(book, receipts.formats(submission))


def grouped(submission: Submission, *, with_examples: bool = False) -> list[Group]:
    """The findings by rule: what rejects first, then what took earlier values along, then what is found of most students.

    `with_examples`: whether each comes with its first findings, as many as the receipt at a terminal shows.
    """
    rows = by_rule.rules(submission)
    most = None if with_examples else 1
    told = Finding.objects.in_bulk([number for row in rows for number in row["examples"][:most]])
    words = teller(submission)
    made = [(row, _group(row, told[row["examples"][0]], words)) for row in rows]
    made.sort(
        key=lambda both: (
            SEVERITY_ORDER.index(both[1].severity),
            -both[0]["no_longer"],
            -both[1].students,
            -both[1].findings,
            both[1].code,
        )
    )
    if not with_examples:
        return [group for _row, group in made]
    parts = submission.parts_total
    return [
        replace(group, examples=tuple(shown(told[number], words, parts=parts) for number in row["examples"]))
        for row, group in made
    ]


def _group(row: Mapping[str, Any], example: Finding, words: Teller) -> Group:
    check = BY_CODE[row["code"]]
    elements = [(record, element, count) for record, element, count in row["elements"]]
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


def shown(finding: Finding, words: Teller, *, parts: int = 1) -> Shown:
    """One finding with the words of its rule, filled with what was found. `parts`: how many the submission has."""
    check = BY_CODE[finding.code]
    wrong, mend = words.tell(
        check,
        record=finding.record,
        element=finding.element,
        value=finding.value,
        line=finding.line,
        detail=finding.detail,
    )
    file, element = words.place(finding.record, finding.element, finding.part)
    return Shown(
        code=finding.code,
        name=name_of(check),
        gravity=SEVERITY_ORDER.index(finding.severity),
        wrong=wrong,
        mend=mend,
        severity_words=SEVERITY_WORDS[finding.severity],
        severity_kind=SEVERITY_KINDS[finding.severity],
        file=file,
        element=element,
        part=finding.part if parts > 1 else 0,
        position=position(finding.line, words.format_of(finding.part), finding.record_id),
        value=finding.value,
    )


def of_compared(compared: Compared, words: Teller) -> dict[str, str]:
    """The name of the rule and the place, for a finding held against an earlier submission."""
    return {
        "name": name_of(BY_CODE[compared.code]),
        "place": ": ".join(filter(None, words.place(compared.record, compared.element))),
        "position": position(compared.line, words.format_of()),
    }


def _element(record: str, element: str) -> str:
    """The name of an element, where the dictionary has one."""
    declared = dictionary().records.get(record)
    names = {each.key: each.name for each in declared.elements} if declared else {}
    return names.get(element, element)
