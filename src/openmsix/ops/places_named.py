"""A place that somebody names at a terminal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from openmsix.accounts.roles import Role
    from openmsix.places.models import Place, PlaceWords

MOST_NEAR = 6
NATION = ("NATION", "US")


def place_for(role: "Role", word: str) -> "Place":
    """The place where a role is to be held.

    Args:
        role: which role; it is held at certain kinds of places only.
        word: `nation`, a State's two letters, or the code of a district, school, region, project or facility.

    Raises:
        typer.BadParameter: there is no such place, or the role is not held there; the text names places near to it.
    """
    from openmsix.places.models import Place

    code = word.strip().upper()
    named = Place.objects.filter(code=NATION[1] if code in NATION else code).order_by("pk")
    found = named.filter(kind__in=role.levels).first()
    if found is not None:
        return found
    if other := named.first():
        why = f"The role {role.name} is held at a {_either(role.levels)}, and {other.name} ({word}) is a {other.kind}."
    else:
        why = f"There is no {_either(role.levels)} {word}."
    near = _near(Place.objects.open().filter(kind__in=role.levels), word.strip(), other)
    listed = f" Near it: {', '.join(f'{place.code} ({place.name})' for place in near)}." if near else ""
    raise typer.BadParameter(
        f"{why}{listed or ' The place is named by its code; `openmsix places load` loads districts, schools and regions.'}"
    )


def _either(kinds: Iterable[str]) -> str:
    *most, last = kinds
    return f"{', '.join(most)} or {last}" if most else last


def _near(places: "PlaceWords", word: str, other: "Place | None") -> "list[Place]":
    """Those around or within the place that was meant; else of a name with the word in it; else whose codes begin alike."""
    if other is not None:
        around = places.filter(pk__in=[one.pk for one in type(other).objects.holding(other)])
        return list(around) or list(places.within(other).order_by("path")[:MOST_NEAR])
    if not word:
        return []
    if called := list(places.filter(name__icontains=word).order_by("path")[:MOST_NEAR]):
        return called
    for length in range(len(word) - 1, 0, -1):
        if alike := list(places.filter(code__istartswith=word[:length]).order_by("code")[:MOST_NEAR]):
            return alike
    return []
