"""Search and records in plain words."""

from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _

from openmsix.places.states import states
from openmsix.students.rank import Reason, Why
from openmsix.students.search import Hit


def state_name(code: str) -> str:
    """A State by its name; an unknown code is its own name."""
    state = states().get(code)
    return state.name if state else code


def day(value: date) -> str:
    """A date in words: 12 Mar 2014."""
    return formats.date_format(value, "j M Y")


def reasons(hit: Hit) -> list[str]:
    """Why a child was found, the telling reasons first: what was found as typed is said only if nothing else is."""
    said = [_reason(reason) for reason in hit.reasons if reason.why is not Why.NAME]
    if any(reason.why is Why.NAME for reason in hit.reasons) and len(said) < len(hit.reasons):
        said.append(_("name as typed") if not said else _("other names as typed"))
    return list(dict.fromkeys(said))


def _reason(reason: Reason) -> str:
    typed, found = reason.typed.title(), reason.found.title()
    match reason.why:
        case Why.NICKNAME:
            return _("%(typed)s and %(found)s are one name") % {"typed": typed, "found": found}
        case Why.JOINED:
            return _("%(typed)s written as %(found)s") % {"typed": typed, "found": found}
        case Why.SOUND:
            return _("%(typed)s sounds like %(found)s") % {"typed": typed, "found": found}
        case Why.BEGINNING:
            return _("%(found)s begins with %(typed)s") % {"typed": typed, "found": found}
        case Why.LETTER:
            return _("%(typed)s is nearly %(found)s") % {"typed": typed, "found": found}
        case Why.PARENT:
            return _("parent's name %(found)s") % {"found": found}
        case Why.STATE_ID:
            return _("identifier in %(state)s") % {"state": state_name(reason.found)}
        case _:
            return _plain(reason)


def _plain(reason: Reason) -> str:
    return {
        Why.SURNAMES_SWAPPED: _("surnames in the other order"),
        Why.BORN: _("birth date as typed"),
        Why.DAY_AND_MONTH: _("day and month of birth swapped"),
        Why.DIGIT: _("one digit of the birth date differs"),
        Why.MONTH: _("same month of birth"),
        Why.YEAR: _("same year of birth"),
        Why.OTHER_YEAR: _("same birthday in another year"),
        Why.MSIX_ID: _("MSIX ID"),
        Why.FORMER_ID: _("former MSIX ID of this child"),
    }[reason.why]


def filter_chip(field: str, value: str) -> str:
    """A filter in words."""
    return {
        "state": _("State: %(value)s"),
        "age": _("age %(value)s"),
        "sex": "%(value)s",
        "parent": _("parent: %(value)s"),
        "school": _("school: %(value)s"),
    }[field] % {"value": state_name(value) if field == "state" else value}
