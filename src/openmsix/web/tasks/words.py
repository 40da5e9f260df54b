"""How the pages of tasks say what the room of identity says in codes."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.utils.translation import gettext

from openmsix.web.children.words import state_name


def in_words(why: StrEnum, of: Mapping[str, object]) -> str:
    """Why something cannot be, in the language of the page."""
    said = {
        name: state_names(str(value).split(", ")) if name == "states" else value for name, value in of.items()
    }
    return gettext(why.value) % said


def state_names(codes: Iterable[str]) -> str:
    """States by their names."""
    return ", ".join(map(state_name, codes))
