"""Reads that cross people and places."""

from .hats import Hat
from .models import Holding, User


def named(actor: str) -> str:
    """Who did something, as pages name them: a person by name and sign-in, whatever else acts as the audit names it."""
    name = User.objects.filter(email=actor).values_list("name", flat=True).first()
    return f"{name} ({actor})" if name else actor


def people_within(hat: Hat) -> list[int]:
    """The numbers of all who hold, or ever held, a role within the hat's place; nobody without a place."""
    if not hat.place_path:
        return []
    held = Holding.objects.filter(place__path__startswith=hat.place_path)
    return sorted(held.values_list("user_id", flat=True).distinct())
