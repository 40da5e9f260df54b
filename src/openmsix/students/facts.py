"""Single facts: what the States say about one element of a child, side by side.

The value said last stands first, every other stays beside it. What differs only in accents, capitals, hyphens or
spaces is not a disagreement, nor is what each State says for itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from openmsix.dictionary import dictionary
from openmsix.students.compare import comparable
from openmsix.students.values import Fact, SourceRecord, Value

WRITTEN_TOGETHER = (("first_name", "middle_name"), ("last_name_1", "last_name_2"))
"""Names that States divide differently: one field or two. They differ only if they differ read together."""

PARENT_NAMES = {
    "mother": ("female_parent_first_name", "female_parent_last_name"),
    "father": ("male_parent_first_name", "male_parent_last_name"),
}


def given(value: Any) -> bool:
    """Whether a State sent something."""
    return value is not None and value != ""


def differ(values: Sequence[Value]) -> bool:
    """Whether values differ in more than their writing."""
    return len(values) > 1 and len({comparable(value.value) for value in values}) > 1


@cache
def is_said_by_each_state_for_itself(key: str) -> bool:
    """Whether two values of this element are no disagreement about the child."""
    records = dictionary().records.values()
    return any(element.key == key and element.per_state for record in records for element in record.elements)


def demographic(sources: Sequence[SourceRecord], key: str) -> Fact:
    """An element of the demographics."""
    rows = [(source, row) for source in sources for row in source.of("demographics")]
    fact = _fact(
        key,
        [Value(row[key], source.state_code, source.said_at) for source, row in rows if given(row.get(key))],
    )
    together = next((keys for keys in WRITTEN_TOGETHER if key in keys), None)
    if not fact.differs or together is None:
        return fact
    readings = {comparable(_joined(row, together)) for _, row in rows}
    return Fact(key, fact.values, len(readings) > 1)


def parent(sources: Sequence[SourceRecord], which: str) -> Fact:
    """The full name of the mother or the father: names of two States are never mixed."""
    names = (
        Value(name, source.state_code, source.said_at)
        for source in sources
        for row in source.of("demographics")
        if (name := _joined(row, PARENT_NAMES[which]))
    )
    return _fact(which, list(names))


def from_latest_enrollment(sources: Sequence[SourceRecord], key: str) -> Fact:
    """An element of the enrollments: what the newest enrollment of each state record that states it says."""
    return _fact(key, _newest_first(stated[0] for source in sources if (stated := _stated(source, key))))


def from_every_enrollment(sources: Sequence[SourceRecord], key: str) -> Fact:
    """The history of a fact. That a value changed with the years is no disagreement: only what the state
    records say now is compared.
    """
    dated = [
        (began, replace(value, enrolled=None if began == date.min else began))
        for source in sources
        for began, value in _stated(source, key)
    ]
    return Fact(key, tuple(_newest_first(dated)), from_latest_enrollment(sources, key).differs)


def _fact(key: str, values: Sequence[Value]) -> Fact:
    return Fact(key, tuple(values), differ(values) and not is_said_by_each_state_for_itself(key))


def _joined(row: Mapping[str, Any], keys: Iterable[str]) -> str:
    return " ".join(str(row[key]) for key in keys if given(row.get(key)))


def _stated(source: SourceRecord, key: str) -> list[tuple[date, Value]]:
    """Each value that the enrollments of a state record give, with the enrollment's date, newest first."""
    newest = sorted(
        source.of("enrollments"), key=lambda row: row.get("enrollment_date") or date.min, reverse=True
    )
    return [
        (row.get("enrollment_date") or date.min, Value(row[key], source.state_code, source.said_at))
        for row in newest
        if given(row.get(key))
    ]


def _newest_first(dated: Iterable[tuple[date, Value]]) -> list[Value]:
    return [value for _, value in sorted(dated, key=lambda pair: pair[0], reverse=True)]
