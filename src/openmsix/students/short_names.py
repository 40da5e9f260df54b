"""Forms of a name that people type and that are no proof that two records are one child.

`short_names.csv` has short forms, English forms and forms of Mesoamerican languages, each with the names it may stand for:
`beto` is Roberto as well as Alberto, `joe` José as well as Joseph. A search takes all of them, for a person looks at what it finds.
Linking takes only the unambiguous ones of `openmsix.matching.nicknames`; none of these change it.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from openmsix.matching.names import same_nicknames


@cache
def short_names() -> Mapping[str, frozenset[str]]:
    """Each form, folded, with the names for which it may stand."""
    with (files("openmsix.students") / "short_names.csv").open(encoding="utf-8") as lines:
        return MappingProxyType(
            {row["form"]: frozenset(row["names"].split()) for row in csv.DictReader(lines)}
        )


@cache
def _forms() -> Mapping[str, frozenset[str]]:
    """Each name with the forms that may stand for it."""
    forms: dict[str, set[str]] = defaultdict(set)
    for form, names in short_names().items():
        for name in names:
            forms[name].add(form)
    return MappingProxyType({name: frozenset(every) for name, every in forms.items()})


def other_forms(word: str) -> set[str]:
    """The words that may be the same name as a folded word: what linking knows, the names it may be short for, with what
    linking knows of those, and the forms that may be short for it.
    """
    names = short_names().get(word, frozenset())
    found = same_nicknames(word).union(names, _forms().get(word, ()), *map(same_nicknames, names))
    return found - {word}
