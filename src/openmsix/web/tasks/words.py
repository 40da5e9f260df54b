"""How the pages of tasks say what the room of identity says in codes, and the room of tasks in words of its own."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openmsix.accounts.hats import Hat
from openmsix.web.children.words import state_name
from openmsix.worklist.levels import deciding_in

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


def nobody_in(codes: Iterable[str], hat: Hat) -> str:
    """The States' names if nobody of any of them could be the second person after this one; else nothing."""
    states = list(codes)
    return one_of(states) if states and not deciding_in(states, besides=hat.actor_id) else ""


def state_names(codes: Iterable[str]) -> str:
    """States by their names."""
    return ", ".join(map(state_name, codes))
