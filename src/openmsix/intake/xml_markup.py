"""What stands between the texts of a regular XML file: runs of tags such as `</City><State>`. Pure.

A file has millions of runs and few different ones. So each different one is read once, here, and all of them by its number.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .xml_places import MOST_KEPT, Places

NOTHING = -1
"""Instead of the number of a name."""

HEADER, HEADER_ENDS, STUDENT, STUDENT_ENDS, RECORD, RECORD_ENDS = range(6)
"""Steps: what holds values begins or ends. `RECORD` is any that stands in a student."""

_FOLLOWS = {
    HEADER: (HEADER_ENDS,),
    HEADER_ENDS: (STUDENT,),
    STUDENT: (RECORD, STUDENT_ENDS),
    STUDENT_ENDS: (STUDENT,),
    RECORD: (RECORD_ENDS,),
    RECORD_ENDS: (RECORD, STUDENT_ENDS),
}
_MAY_FOLLOW = np.array([[step in _FOLLOWS[before] for step in _FOLLOWS] for before in _FOLLOWS])

_TAG = re.compile(r"<(/?)([A-Za-z_][A-Za-z0-9_.-]{0,200})(/?)>")

Numbers = npt.NDArray[np.integer]
Truths = npt.NDArray[np.bool_]


class NotRegular(Exception):
    """The file is not wholly regular."""


@dataclass(frozen=True)
class Run:
    """One run of tags.

    `closes`: the value that ends where the run begins; `opens`: the one that begins where it ends; "" if there is none. `steps`: each with its name.
    `empty`: values without text, each with the number of steps before it. `tags`: how many there are.
    """

    closes: str
    opens: str
    steps: tuple[tuple[int, str], ...]
    empty: tuple[tuple[int, str], ...]
    tags: int


@lru_cache(MOST_KEPT)
def read_run(text: str, places: Places) -> Run:
    """What a run of tags says.

    Raises:
        NotRegular: it is something else, or its values do not end as they begin.
    """
    closes, opens, tags, begin = "", "", 0, 0
    steps: list[tuple[int, str]] = []
    empty: list[tuple[int, str]] = []
    while begin < len(text):
        tag = _TAG.match(text, begin)
        if tag is None:
            raise NotRegular
        ends, name, alone = tag.groups()
        begin, tags, record = tag.end(), tags + 1, places.record(name)
        if (ends and alone) or (opens and not (ends and name == opens)):
            raise NotRegular
        if record is not None:
            step = {"header": HEADER, "students": STUDENT}.get(record, RECORD)
            steps += [] if ends else [(step, name)]
            steps += [(step + 1, name)] if ends or alone else []
        elif opens or alone:
            empty.append((len(steps), name))
            opens = ""
        elif not ends:
            opens = name
        elif tags == 1:
            closes = name
        else:
            raise NotRegular
    return Run(closes, opens, tuple(steps), tuple(empty), tags)


@dataclass(frozen=True)
class Lists:
    """Some pairs of numbers for each of several things, all in one row: `first` and `count` of each thing, then `one` and `other` of each pair."""

    first: Numbers
    count: Numbers
    one: Numbers
    other: Numbers

    def of(self, things: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """All pairs of these things in their order: of each the place of its thing among them, and both numbers."""
        at = np.flatnonzero(self.count[things]) if self.one.size else things[:0]
        count = self.count[things[at]]
        begins = np.cumsum(count) - count
        which = np.repeat(self.first[things[at]] - begins, count) + np.arange(count.sum())
        return np.repeat(at, count), self.one[which], self.other[which]


class Runs:
    """The different runs of a piece of a file, by number.

    `names`: the names of tags. Of each run: `closes` and `opens`, numbers of names or NOTHING; `tags`; `steps`, each with the number of its name; `empty`,
    each with how many steps are before it and the number of its name.
    """

    def __init__(self, texts: Sequence[str], places: Places) -> None:
        runs = [read_run(text, places) for text in texts]
        self._numbers: dict[str, int] = {}
        self.closes = _array(self._number(run.closes) for run in runs)
        self.opens = _array(self._number(run.opens) for run in runs)
        self.tags = _array(run.tags for run in runs)
        self.steps = self._lists([run.steps for run in runs])
        self.empty = self._lists([run.empty for run in runs])
        self.names = tuple(self._numbers)

    def _number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers)) if name else NOTHING

    def _lists(self, lists: Sequence[Sequence[tuple[int, str]]]) -> Lists:
        count = _array(map(len, lists))
        one = _array(number for pairs in lists for number, _ in pairs)
        other = _array(self._number(name) for pairs in lists for _, name in pairs)
        return Lists(np.cumsum(count) - count, count, one, other)


def _array(numbers: Iterable[int]) -> Numbers:
    return np.fromiter(numbers, np.int32)


def are_in_order(steps: Numbers, names: Numbers) -> bool:
    """Whether the steps are those of at most one header and then students with records in them, and all that begins ends under the same name."""
    if not steps.size or steps[0] not in (HEADER, STUDENT) or steps[-1] not in (HEADER_ENDS, STUDENT_ENDS):
        return False
    if not _MAY_FOLLOW[steps[:-1], steps[1:]].all():
        return False
    holds_none = np.flatnonzero((steps == HEADER) | (steps == RECORD))
    return np.array_equal(names[holds_none], names[holds_none + 1]) and np.array_equal(
        names[steps == STUDENT], names[steps == STUDENT_ENDS]
    )
