"""How the pages of tasks say what the room of identity says in codes, and the room of tasks in words of its own."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openmsix.web.children.words import state_name

LEVELS = {"district": _("District"), "region": _("Region"), "state": _("State"), "nation": _("Nation")}


def level_name(level: str) -> str:
    """A level of administrators in words."""
    return str(LEVELS.get(level, level))


def in_words(why: StrEnum, of: Mapping[str, object]) -> str:
    """Why something cannot be, in the language of the page."""
    said = {name: one_of(str(value).split(", ")) if name == "states" else value for name, value in of.items()}
    return gettext(why.value) % said


def one_of(codes: Iterable[str]) -> str:
    """States of which one is enough: the last after an "or"."""
    return get_text_list([state_name(code) for code in codes], gettext("or"))


def state_names(codes: Iterable[str]) -> str:
    """States by their names."""
    return ", ".join(map(state_name, codes))
