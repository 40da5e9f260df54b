"""The dictionary as Markdown pages: one per record type, one of the code sets, one of the versions."""

from collections.abc import Iterable, Mapping

from openmsix.dictionary.declare import CodeSet, Dictionary, Element, Mark, RecordType, Required
from openmsix.dictionary.markdown import table
from openmsix.dictionary.versions import RECORD_TYPES, VERSION_FACTS, VERSIONS, dictionary

MARKS: Mapping[Mark, str] = {
    Mark.VERIFIED: "verified: seen in a federal document",
    Mark.THIRD_PARTY: "seen, but the author is not the Department",
    Mark.INFERRED: "inferred from what was seen",
    Mark.RECALLED: "recalled, not seen: treat as a hypothesis",
    Mark.OURS: "a field of the file that openmsix adds",
}
# A list of countries is long and tells a reader nothing the code does not: the page names the first few.
LONGEST_LIST = 80


def marks_page_part() -> str:
    """What the marks mean."""
    return "Marks: " + "; ".join(f"**{mark}** {words}" for mark, words in MARKS.items()) + ".\n"


def _type_and_length(element: Element) -> str:
    size = f"{element.length},{element.scale}" if element.scale else str(element.length)
    return f"{element.type}({size})"


def _required(element: Element) -> str:
    return (
        f"{element.required}: {element.condition}"
        if element.required is Required.CONDITIONAL
        else element.required
    )


def _sources(element: Element) -> str:
    parts = (
        f"no. {element.number}" if element.number else "",
        f"CEDS {element.ceds}" if element.ceds else "",
        f"Ed-Fi `{element.edfi}`" if element.edfi else "",
    )
    return "; ".join(part for part in parts if part)


def _versions(element: Element) -> str:
    if element.until:
        return f"{element.since} to {element.until}"
    return "" if element.since == VERSIONS[0] else f"since {element.since}"


def _element_row(element: Element) -> tuple[str, ...]:
    values = f"[{element.code_set}](code_sets.md#{element.code_set})" if element.code_set else ""
    own = "Each State says it for itself." if element.per_state else ""
    words = " ".join(part for part in (element.definition, own, element.notes) if part)
    return (
        f"`{element.key}`",
        element.name,
        words,
        _type_and_length(element),
        values,
        _required(element),
        element.applies.words,
        element.sensitivity,
        _sources(element),
        _versions(element),
        element.mark,
    )


ELEMENT_HEAD = (
    "column",
    "name",
    "definition",
    "type",
    "values",
    "required",
    "applies to",
    "sensitivity",
    "elsewhere",
    "versions",
    "mark",
)


def record_page(record: RecordType) -> str:
    """One record type with every element any version has."""
    most = f"{record.least} to {record.most:,}" if record.least != record.most else str(record.least)
    whom = "part" if record.key in {"header", "students"} else "student"
    key = ", ".join(f"`{column}`" for column in record.natural_key)
    return "\n".join(
        (
            f"# {record.name}\n",
            f"File `{record.file}`, letter {record.letter}, {most} for one {whom}."
            + (f" Told apart by {key}." if key else "")
            + "\n",
            table(ELEMENT_HEAD, (_element_row(element) for element in record.elements)),
            marks_page_part(),
            "What is required, and to whom an element applies, is recalled for nearly every element.\n",
        )
    )


def _code_set_part(code_set: CodeSet, latest: Dictionary) -> str:
    kind = (
        "open: an unknown value is kept with a warning"
        if code_set.open
        else "closed: an unknown value is dropped"
    )
    users = ", ".join(
        f"`{record.key}.{element.key}`"
        for record in latest.records.values()
        for element in record.elements
        if element.code_set == code_set.key
    )
    rows = [
        (
            f"`{code.value}`",
            code.label,
            code.definition,
            f"{code.since} to {code.until or VERSIONS[-1]}",
            code.mark,
        )
        for code in code_set.codes[:LONGEST_LIST]
    ]
    left_out = len(code_set.codes) - len(rows)
    return "\n".join(
        (
            f"## {code_set.key}\n",
            f"{code_set.name}, {kind}. Used by {users}. {code_set.notes}".strip() + "\n",
            table(("value", "label", "words", "versions", "mark"), rows),
            *((f"And {left_out} more, in `dictionary/code_sets/{code_set.key}.csv`.\n",) if left_out else ()),
        )
    )


def code_sets_page(code_sets: Iterable[CodeSet]) -> str:
    """Every code set with every value any version has."""
    latest = dictionary()
    parts = (_code_set_part(code_set, latest) for code_set in code_sets)
    return "\n".join(("# Code sets\n", marks_page_part(), *parts))


def _changes_of_elements(earlier: Dictionary, later: Dictionary) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for record in RECORD_TYPES:
        before = {element.key: element for element in earlier.records[record.key].elements}
        after = {element.key: element for element in later.records[record.key].elements}
        for key in (*after, *(key for key in before if key not in after)):
            where = f"`{record.key}.{key}`"
            if key not in before:
                rows.append((where, "added", after[key].name))
            elif key not in after:
                rows.append((where, "removed", before[key].name))
            else:
                rows.extend((where, *change) for change in _differences(before[key], after[key]))
    return rows


def _differences(before: Element, after: Element) -> list[tuple[str, str]]:
    facts = (
        ("name", before.name, after.name),
        ("definition", before.definition, after.definition),
        ("length", str(before.length), str(after.length)),
    )
    return [(f"{fact} changed", f"{old} → {new}") for fact, old, new in facts if old != new]


def _changes_of_codes(earlier: Dictionary, later: Dictionary) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for key, after in later.code_sets.items():
        before = earlier.code_sets[key]
        rows.extend((f"`{key}`", "value added", code.value) for code in after if code not in before.codes)
        rows.extend((f"`{key}`", "value removed", code.value) for code in before if code not in after.codes)
    return rows


def differences(earlier: str, later: str) -> list[tuple[str, ...]]:
    """What changed from one version to a later one: where, how, and what."""
    before, after = dictionary(earlier), dictionary(later)
    return [*_changes_of_elements(before, after), *_changes_of_codes(before, after)]


def versions_page() -> str:
    """Every version: what is known of it, and what it changed."""
    parts = [
        "# Versions\n",
        "A file names the version it follows. What is not certain is marked.\n",
        "Differences follow from memos and counts (mark I) unless the element's page says otherwise.\n",
    ]
    for number, facts in enumerate(VERSION_FACTS):
        counted = f"{facts.official_count} ({facts.count_mark})" if facts.official_count else "not seen"
        declared = len(dictionary(facts.key).minimum_data_elements())
        parts.append(f"## {facts.status}\n")
        parts.append(f"{facts.words}\n")
        parts.append(
            f"Elements in the federal list: {counted}. Elements here: {declared}, birthplace included.\n"
        )
        if number:
            rows = differences(VERSIONS[number - 1], facts.key)
            parts.append(table(("where", "what", "value"), rows) if rows else "Nothing differs.\n")
    return "\n".join(parts)
