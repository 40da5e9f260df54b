"""Reads that cross people and places."""

from .hats import Hat
from .models import Holding


def people_within(hat: Hat) -> list[int]:
    """The numbers of all who hold, or ever held, a role within the hat's place; nobody without a place."""
    if not hat.place_path:
        return []
    held = Holding.objects.filter(place__path__startswith=hat.place_path)
    return sorted(held.values_list("user_id", flat=True).distinct())
