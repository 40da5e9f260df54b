"""Who could be mistaken for a child that was found: brothers and sisters, twins, and who perhaps is the same child."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from openmsix.accounts.hats import Hat
from openmsix.identity.models import CandidatePair
from openmsix.identity.words import PairStatus
from openmsix.students.models import Child, SearchRow
from openmsix.students.words import name_words

MOST_RELATIVES = 4
MOST_MEMBERS = 500  # of all families of one answer


@dataclass(frozen=True)
class Relative:
    """Another child of what seems to be the same family, the same mother and surname, or one that is asked about."""

    child: Child
    is_twin: bool  # born the same day
    may_be_same: bool = False  # born the same day and called the same: perhaps no other child at all
    is_asked: bool = False  # people are asked whether the two are one child

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
    asked = _asked_about(children, by)
    return {
        child.pk: _with_asked(child, _relatives(child, members[child.family]), asked[child.pk])
        for child in children
    }


def _with_asked(child: Child, family: Sequence[Relative], asked: Mapping[str, Child]) -> tuple[Relative, ...]:
    """First those about whom people are asked, then the rest of the family."""
    known = {other.child.pk: other for other in family}
    first = [
        replace(known.get(other.pk) or _relative(other, child), is_asked=True) for other in asked.values()
    ]
    return (*first, *(other for other in family if other.child.pk not in asked))


def _asked_about(children: Sequence[Child], by: Hat) -> dict[str, dict[str, Child]]:
    """For each child the other ones of which people are asked whether they are the same, as far as the hat reaches them."""
    rows = SearchRow.objects.filter(child__in=children).values_list("state_record_id", "child_id")
    child_of = dict(rows)
    about = Q(left__in=list(child_of)) | Q(right__in=list(child_of))
    pairs = list(
        CandidatePair.objects.filter(about, status=PairStatus.OPEN)
        .order_by("pk")
        .values_list("left_id", "right_id")
    )
    sides = {side for pair in pairs for side in pair} - child_of.keys()
    child_of |= dict(
        SearchRow.objects.filter(pk__in=sides).values_list("state_record_id", "child_id") if sides else ()
    )
    reached = Child.objects.visible_to(by).in_bulk(
        {child_of[side] for pair in pairs for side in pair if side in child_of}
    )
    asked: dict[str, dict[str, Child]] = defaultdict(dict)
    for left, right in pairs:
        one, other = reached.get(child_of.get(left, "")), reached.get(child_of.get(right, ""))
        if one and other and one.pk != other.pk:
            asked[one.pk][other.pk] = other
            asked[other.pk][one.pk] = one
    return asked


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
