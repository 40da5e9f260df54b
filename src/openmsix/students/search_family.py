"""Who could be mistaken for a child that was found: brothers and sisters, twins, and perhaps the same child twice."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from openmsix.accounts.hats import Hat
from openmsix.students.models import Child
from openmsix.students.words import name_words

MOST_RELATIVES = 4
MOST_MEMBERS = 500  # of all families of one answer


@dataclass(frozen=True)
class Relative:
    """Another child of what seems to be the same family: the same mother and surname."""

    child: Child
    is_twin: bool  # born the same day
    may_be_same: bool = False  # born the same day and called the same: perhaps no other child at all

    @property
    def name(self) -> str:
        """The given name."""
        return self.child.first_name

    @property
    def birth_date(self) -> date | None:
        """The birth date."""
        return self.child.birth_date


def relatives_of(children: Sequence[Child], by: Hat) -> dict[str, tuple[Relative, ...]]:
    """The relatives of each child whom this hat may see, by the child's MSIX ID."""
    families = {child.family for child in children if child.family}
    members: dict[str, list[Child]] = defaultdict(list)
    reachable = Child.objects.visible_to(by).filter(family__in=families)
    for member in reachable.order_by("birth_date", "msix_id")[:MOST_MEMBERS]:
        members[member.family].append(member)
    return {child.pk: _relatives(child, members[child.family]) for child in children}


def _relatives(child: Child, family: Iterable[Child]) -> tuple[Relative, ...]:
    """Brothers and sisters: a mother's name alone is common, so they must also share a State and not differ
    in the father. Twins come first: they are mistaken most easily.
    """
    found = [
        _relative(other, child)
        for other in family
        if other.pk != child.pk
        and set(other.states) & set(child.states)
        and (not other.father or not child.father or other.father == child.father)
    ]
    return tuple(sorted(found, key=lambda other: not other.is_twin)[:MOST_RELATIVES])


def _relative(other: Child, child: Child) -> Relative:
    same_day = other.birth_date is not None and other.birth_date == child.birth_date
    given = set(name_words(other.first_name)) & set(name_words(child.first_name))
    return Relative(other, same_day, same_day and bool(given))
