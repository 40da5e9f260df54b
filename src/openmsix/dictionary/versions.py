"""Versions of the dictionary: which there are, and the dictionary as it was in each.

A declaration says from which to which version it holds (`since`, `until`) and how it differed before
(`changes`); `dictionary` reads these. The table behind each version is public in part, so differences are
marked inferred where they follow from counts and memos.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol, TypeVar

from openmsix.dictionary.assessments import ASSESSMENTS
from openmsix.dictionary.code_sets import CODE_SETS
from openmsix.dictionary.course_history import COURSE_HISTORY
from openmsix.dictionary.declare import CodeSet, Dictionary, Element, Mark, RecordType
from openmsix.dictionary.demographics import DEMOGRAPHICS
from openmsix.dictionary.enrollments import ENROLLMENTS
from openmsix.dictionary.header import HEADER
from openmsix.dictionary.identifiers import ALTERNATE_IDS, STUDENTS
from openmsix.dictionary.qualifying_moves import QUALIFYING_MOVES

RECORD_TYPES = (
    HEADER,
    STUDENTS,
    ALTERNATE_IDS,
    DEMOGRAPHICS,
    QUALIFYING_MOVES,
    ENROLLMENTS,
    COURSE_HISTORY,
    ASSESSMENTS,
)


@dataclass(frozen=True)
class Version:
    """One version: what it is called, how many elements the federal list counts, and what is known of it."""

    key: str
    status: str
    official_count: int | None
    count_mark: Mark
    words: str


VERSION_FACTS = (
    Version(
        "2019",
        "2019",
        76,
        Mark.INFERRED,
        "Table v10, revised 6 June 2019. That the count stayed 76 is inferred.",
    ),
    Version(
        "2022",
        "2022",
        81,
        Mark.INFERRED,
        "Five elements were added, four of them probably e-mail and telephone of the parents; "
        "the fifth, number 81, is unknown and not declared here. Sex gained a third value.",
    ),
    Version(
        "2023",
        "2023",
        79,
        Mark.INFERRED,
        "Change of September 2023: Other became Nonbinary, element 44 became the IDEA Indicator, "
        "elements 69 and 81 were removed.",
    ),
    Version(
        "current",
        "current (provisional)",
        None,
        Mark.INFERRED,
        "The collection was renewed in 2026; the renewed table was not seen. This version inherits 2023.",
    ),
)
VERSIONS = tuple(version.key for version in VERSION_FACTS)


class Dated(Protocol):
    """Something that holds from a version and perhaps to a version."""

    @property
    def since(self) -> str: ...

    @property
    def until(self) -> str | None: ...


Declared = TypeVar("Declared", bound=Dated)


def holds(declared: Dated, version: str) -> bool:
    """Whether a declaration holds in a version."""
    now = VERSIONS.index(version)
    ended = declared.until is not None and VERSIONS.index(declared.until) < now
    return VERSIONS.index(declared.since) <= now and not ended


def _holding(declarations: Iterable[Declared], version: str) -> tuple[Declared, ...]:
    return tuple(declared for declared in declarations if holds(declared, version))


def _element_in(element: Element, version: str) -> Element:
    """The element as it was in a version: of the changes after that version the earliest speaks last."""
    later = [change for change in element.changes if VERSIONS.index(version) <= VERSIONS.index(change.until)]
    for change in sorted(later, key=lambda change: VERSIONS.index(change.until), reverse=True):
        element = replace(
            element,
            name=change.name or element.name,
            definition=change.definition or element.definition,
            length=change.length or element.length,
            aliases=(*element.aliases, element.name) if change.name else element.aliases,
        )
    return element


def _record_in(record: RecordType, version: str) -> RecordType:
    elements = tuple(_element_in(element, version) for element in _holding(record.elements, version))
    return replace(record, elements=elements)


def _code_set_in(code_set: CodeSet, version: str) -> CodeSet:
    return replace(code_set, codes=_holding(code_set.codes, version))


@cache
def dictionary(version: str = "current") -> Dictionary:
    """The dictionary of one version. ValueError if there is no such version."""
    facts = next((facts for facts in VERSION_FACTS if facts.key == version), None)
    if facts is None:
        raise ValueError(f"There is no dictionary version {version!r}; there are {', '.join(VERSIONS)}.")
    return Dictionary(
        version=version,
        status=facts.status,
        records={record.key: _record_in(record, version) for record in RECORD_TYPES},
        code_sets={code_set.key: _code_set_in(code_set, version) for code_set in CODE_SETS},
    )
