"""Who has access within a place, for its User Administrator: those who came longest ago first."""

from typing import Any

from django.db.models import F

from openmsix.accounts.hats import Hat
from openmsix.accounts.models import Holding

MOST_PEOPLE = 100


def people(hat: Hat) -> dict[str, Any]:
    """The roles that people hold within the hat's place today."""
    within = Holding.objects.live().filter(place__path__startswith=hat.place_path, user__is_active=True)
    longest_ago = within.order_by(F("user__last_login").asc(nulls_first=True), "user__name", "pk")
    return {
        "people": within.values("user").distinct().count(),
        "never": within.filter(user__last_login=None).values("user").distinct().count(),
        "holdings": longest_ago.select_related("user", "place")[:MOST_PEOPLE],
        "cut": within.count() > MOST_PEOPLE,
        "most": MOST_PEOPLE,
    }
