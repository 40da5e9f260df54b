"""The words that may be the same name as one that somebody types, by the tables of names that linking has too."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from openmsix.matching.names import same_nicknames, short_names


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
