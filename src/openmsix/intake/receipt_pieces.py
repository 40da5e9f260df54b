"""The receipt as a file of any size: written piece by piece from blocks, each a receipt of some of the students. Pure.

The first block holds what stands at the top, and findings about the file; no student is in two blocks. What counts over all of them (numbers, rules) is
summed up on the way, and so stands at the end of the JSON.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .receipt import Group, Receipt, harmless, in_order


def csv_pieces(blocks: Iterable[Receipt]) -> Iterator[str]:
    """The table of students and findings. No cell is a formula to a spreadsheet."""
    for number, block in enumerate(blocks):
        yield harmless(block.table()).write_csv(include_header=number == 0)


def json_pieces(blocks: Callable[[], Iterator[Receipt]]) -> Iterator[str]:
    """Everything, for programs. The blocks are read once for each list of rows."""
    top = next(blocks())
    heading = {"facts": dict(top.facts), "notes": list(top.notes), "skipped": list(top.skipped)}
    yield f"{{{_entries(heading)}"
    yield from _list("students", (block.sent.to_dicts() for block in blocks()))
    yield from _list("closed_because_absent", (block.absent_as_data() for block in blocks()))
    counts: Counter[str] = Counter()
    groups: dict[str, Group] = {}

    def found() -> Iterator[list[dict[str, Any]]]:
        for block in blocks():
            counts.update(block.counts)
            for group in block.groups:
                groups[group.code] = _sum(groups.get(group.code), group)
            yield block.findings_as_data()

    yield from _list("findings", found())
    rules = [vars(group) for group in in_order(groups.values())]
    yield f",{_entries({'counts': dict(counts), 'rules': rules})}}}\n"


def _entries(values: Mapping[str, Any]) -> str:
    return ",".join(f"\n{json.dumps(key)}: {_text(value)}" for key, value in values.items())


def _list(key: str, blocks: Iterable[list[dict[str, Any]]]) -> Iterator[str]:
    yield f",\n{json.dumps(key)}: ["
    between = "\n"
    for rows in blocks:
        if rows:
            yield between + ",\n".join(map(_text, rows))
            between = ",\n"
    yield "\n]"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _sum(before: Group | None, now: Group) -> Group:
    if before is None:
        return now
    return replace(now, findings=before.findings + now.findings, students=before.students + now.students)
