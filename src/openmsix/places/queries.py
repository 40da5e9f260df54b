"""Reading across places and contacts."""

from collections.abc import Iterable

import polars as pl
from django.db.models.functions import Length

from openmsix import staging

from .models import Contact, Kind, Place


def contact_for(district_id: str | None, state_code: str) -> Contact | None:
    """Whom to call about a child: the contact of the district, else of its region, else of its State.

    Where the district is not known, the State's contact; None if there is none.
    """
    place = Place.objects.filter(kind=Kind.DISTRICT, code=district_id).first() if district_id else None
    place = place or Place.objects.filter(kind=Kind.STATE, code=state_code).first()
    if place is None:
        return None
    around = Place.objects.holding(place)
    nearest = Contact.objects.filter(place__in=around.order_by()).select_related("place")
    return nearest.order_by(Length("place__path").desc(), "name").first()


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Number of a district or school -> its name. Left out is what has no name but one made from its number."""
    known = Place.objects.filter(kind__in=(Kind.DISTRICT, Kind.SCHOOL), code__in=list(codes))
    return {code: name for code, name in known.values_list("code", "name") if not name.endswith(code)}


def has_directories(kinds: Iterable[Kind]) -> bool:
    """Whether a directory of places of one of these kinds was loaded."""
    return Place.objects.filter(kind__in=tuple(kinds), provisional=False).exists()


def in_directories(codes: Iterable[str], kinds: Iterable[Kind]) -> pl.Series:
    """Those of the codes that a directory has for a place of one of these kinds, as text; not those that only a submission has named."""
    found = staging.read(
        "SELECT code FROM places_place WHERE code = ANY(%(codes)s) AND kind = ANY(%(kinds)s) AND NOT provisional",
        {"code": pl.String},
        {"codes": list(codes), "kinds": [kind.value for kind in kinds]},
    )
    return found["code"]
