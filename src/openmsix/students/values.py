"""What was said: a value with its State and day, a fact of many values, a State's record as sent, an entry of a list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Value:
    """One value, the State that said it, and the last day of the window for which it was said.

    `enrolled`: in a history, and of a grade in an enrollment that has ended, the date of the enrollment.
    """

    value: Any
    state_code: str
    said_at: date
    enrolled: date | None = None


@dataclass(frozen=True)
class Fact:
    """What the States say about one element: one value a state record, the latest first; in a history one
    value an enrollment. Empty ones are left out.
    """

    key: str  # the element's key in the dictionary
    values: tuple[Value, ...]
    differs: bool  # the state records' newest values differ in more than accents, capitals and spaces

    @property
    def latest(self) -> Value | None:
        """The value said last, or None where no State said one."""
        return self.values[0] if self.values else None

    def states(self, value: Any) -> tuple[str, ...]:
        """The States that say this value, the latest first."""
        return tuple(dict.fromkeys(said.state_code for said in self.values if said.value == value))

    @property
    def distinct(self) -> tuple[Value, ...]:
        """Each value as written once, the latest that said it first; what stands on the page."""
        seen: dict[Any, Value] = {}
        for value in self.values:
            seen.setdefault(value.value, value)
        return tuple(seen.values())


@dataclass(frozen=True)
class LinkMade:
    """Why a state record belongs to the child: the live link, without any value of another child.

    `levels`: comparison of `openmsix.matching.compare` -> level that it reached beside the record that decided.
    """

    reason: str  # a value of `identity.words.Reason`
    made_at: datetime
    made_by: str  # a person's sign-in, or the name of a job
    beside: tuple[str, str] | None = None  # State and State Student Identifier of the record that decided
    levels: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()  # why an MSIX ID that the State sent was not followed


@dataclass(frozen=True)
class SourceRecord:
    """One live state record, exactly as sent.

    `rows`: record type of the dictionary -> its rows in the order sent; each row maps every element key to
    its value, None if empty.
    """

    state_record_id: int
    state_code: str
    state_student_id: str
    state_student_id_type: str
    said_at: date  # last day of the effective window of the submission that said it
    rows: Mapping[str, tuple[Mapping[str, Any], ...]]
    submission: str = ""  # reference of that submission
    dictionary_version: str = ""
    msix_id_sent: str | None = None
    link: LinkMade | None = None  # the live link

    def of(self, record_type: str) -> tuple[Mapping[str, Any], ...]:
        """The rows of one record type; none if the State sent none."""
        return self.rows.get(record_type, ())


@dataclass(frozen=True)
class Entry:
    """One move, enrollment, course or assessment. Several state records may have sent it; it stands here
    once.

    `values`: every element key of the record type; the latest sayer's value, and where that is empty an
    earlier one's. `said`: who sent it, the latest first. `different`: the elements in which the sayers
    differ, with all their values.
    """

    values: Mapping[str, Any]
    said: tuple[Value, ...]  # `value` is the state record's id
    different: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        """The value of an element; None if it was not sent."""
        # Templates try entry["said"] before entry.said: what is an attribute is no element.
        if key in self.__dataclass_fields__ or hasattr(type(self), key):
            raise KeyError(key)
        return self.values.get(key)

    @property
    def state_code(self) -> str:
        """The State that said it last."""
        return self.said[0].state_code

    @property
    def said_at(self) -> date:
        """When it was said last."""
        return self.said[0].said_at
