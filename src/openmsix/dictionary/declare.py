"""The words in which data elements are declared: element, code, code set, record type, dictionary.

Everything here is plain, immutable data. The declarations themselves stand in the files named after the
groups of the federal list (`identifiers`, `demographics`, ...); `versions` puts them together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

UNSPECIFIED = "Unspecified in public material"


class Type(StrEnum):
    """What a value is. The file carries text; the comment says how each type is written there."""

    TEXT = "text"
    DIGITS = "digits"  # text of digits only; leading zeros count
    CODE = "code"  # one value of a code set
    FLAG = "flag"  # Yes or No
    DATE = "date"  # YYYYMMDD
    MONTH = "month"  # MMYYYY
    MOMENT = "moment"  # YYYYMMDDhhmmssSSS
    INTEGER = "integer"
    DECIMAL = "decimal"
    YEAR = "year"  # YYYY
    EMAIL = "email"
    PHONE = "phone"  # ten digits


class Mark(StrEnum):
    """How certain a declaration is."""

    VERIFIED = "V"  # seen in a federal document
    THIRD_PARTY = "V3"  # seen, but its author is not the Department
    INFERRED = "I"  # follows from what was seen
    RECALLED = "R"  # general knowledge, not seen
    OURS = "O"  # a file-only field that openmsix adds


class Required(StrEnum):
    """Whether a usable record must carry the element."""

    MUST = "must"
    CONDITIONAL = "conditional"  # `Element.condition` says when
    OPTIONAL = "optional"


class Sensitivity(StrEnum):
    """What kind of fact about a child a value gives away."""

    IDENTIFYING = "identifying"
    CONTACT = "contact"
    HEALTH = "health"
    EDUCATION = "education"
    ELIGIBILITY = "eligibility"
    ADMINISTRATIVE = "administrative"


@dataclass(frozen=True)
class Applicability:
    """For which children an element applies.

    `ages`: first and last age in full years, both included; `grades`: values of the code set `grade_level`.
    None means no limit. A child is meant when every limit that is known holds.
    """

    ages: tuple[int, int] | None = None
    grades: frozenset[str] | None = None
    words: str = "All children"

    def to(self, *, age: int | None, grade: str | None) -> bool:
        """Whether the element applies to a child of this age and grade; what is unknown excludes nothing."""
        if self.ages and age is not None and not self.ages[0] <= age <= self.ages[1]:
            return False
        return not (self.grades and grade is not None and grade not in self.grades)


ALL_CHILDREN = Applicability()


@dataclass(frozen=True)
class Change:
    """How an element differed up to and including the version `until`: only what is given was different."""

    until: str
    why: str
    mark: Mark = Mark.INFERRED
    name: str | None = None
    definition: str | None = None
    length: int | None = None


@dataclass(frozen=True, kw_only=True)
class Element:
    """One data element, or one file-only field, of one record type.

    `length`: most characters in the file; for DECIMAL the digits in all, of which `scale` follow the point.
    `pattern`: what a value must match as a whole, beyond its type (no lookaround: every engine can run it).
    `ceds`: six digits of the CEDS element. `edfi`: entity and property of the Ed-Fi data standard.
    `number`: the official number, where it was seen. `since` and `until`: first and last version that has it.
    `file_only`: not a minimum data element, only part of the file. `aliases`: further names readers accept.
    `per_state`: each State, or school, says it for itself, so that two values are no disagreement about the child.
    `place`: the value is the number of a place of this kind, "district" or "school".
    """

    key: str
    name: str
    definition: str
    type: Type
    length: int
    scale: int = 0
    code_set: str | None = None
    required: Required
    condition: str = ""
    applies: Applicability = ALL_CHILDREN
    sensitivity: Sensitivity
    pattern: str | None = None
    ceds: str | None = None
    edfi: str | None = None
    number: int | None = None
    mark: Mark
    since: str = "2019"
    until: str | None = None
    file_only: bool = False
    per_state: bool = False
    place: str | None = None
    aliases: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    notes: str = ""

    @property
    def width(self) -> int:
        """Most characters a value takes in the file: a decimal has its point besides its digits."""
        return self.length + 1 if self.scale else self.length


@dataclass(frozen=True)
class Code:
    """One value of a code set, and from which to which version it is one."""

    value: str
    label: str
    definition: str = ""
    mark: Mark = Mark.VERIFIED
    since: str = "2019"
    until: str | None = None


@dataclass(frozen=True)
class CodeSet:
    """The values an element takes.

    `open`: the full list was never seen, so an unknown value is kept with a warning; in a closed set it is
    dropped with a finding. `prefixes`: text that begins so is a known value as well ("Other: ...").
    """

    key: str
    name: str
    codes: tuple[Code, ...]
    open: bool
    prefixes: tuple[str, ...] = ()
    notes: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """The values, in order of declaration."""
        return tuple(code.value for code in self.codes)

    @cached_property
    def without_zeros(self) -> Mapping[str, str]:
        """What a spreadsheet makes of codes of digits (9 of 09) -> the code; only what is no code itself and can come of one code only."""
        came_of: dict[str, set[str]] = {}
        for code in filter(str.isdigit, self.values):
            for taken in range(1, len(code) - len(code.lstrip("0")) + 1):
                came_of.setdefault(code[taken:], set()).add(code)
        return {
            short: min(codes)
            for short, codes in came_of.items()
            if short and short not in self and len(codes) == 1
        }

    def __contains__(self, value: str) -> bool:
        return value in self.values or any(value.startswith(prefix) for prefix in self.prefixes)

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def get(self, value: str) -> Code | None:
        """The code with this value, or None."""
        return next((code for code in self.codes if code.value == value), None)


@dataclass(frozen=True)
class RecordType:
    """One kind of record and so one file, `key` + ".csv".

    `letter` is the one-letter name in the layout. `least` and `most`: how many there are for one student (for
    the header and the students: in one part). `natural_key`: what tells two records of a student apart.
    """

    key: str
    name: str
    file: str
    letter: str
    elements: tuple[Element, ...]
    least: int
    most: int
    natural_key: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The header row of the file."""
        return tuple(element.key for element in self.elements)

    def element(self, key: str) -> Element:
        """The element with this key; KeyError if there is none."""
        for element in self.elements:
            if element.key == key:
                return element
        raise KeyError(f"{self.key} has no element {key}")


@dataclass(frozen=True, eq=False)
class Dictionary:
    """One version: record types in the order of the layout, and the code sets they refer to."""

    version: str
    status: str
    records: Mapping[str, RecordType]
    code_sets: Mapping[str, CodeSet]

    def element(self, record: str, key: str) -> Element:
        """One element of a record type; KeyError if there is none."""
        return self.records[record].element(key)

    def code_set(self, key: str) -> CodeSet:
        """One code set; KeyError if there is none."""
        return self.code_sets[key]

    def label(self, code_set: str, value: str) -> str:
        """What a code means in words; a value the set does not list is its own label."""
        code = self.code_sets[code_set].get(value)
        return code.label if code else value

    def minimum_data_elements(self) -> tuple[tuple[str, Element], ...]:
        """Record type and element of everything that is not only part of the file."""
        return tuple(
            (record.key, element)
            for record in self.records.values()
            for element in record.elements
            if not element.file_only
        )
