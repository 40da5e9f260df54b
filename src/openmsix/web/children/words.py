"""Search and records in plain words."""

from datetime import date

from django.utils.translation import gettext as _

from openmsix.interop.shown import grouped_id, shown
from openmsix.places.states import states
from openmsix.students.rank_reasons import Reason, Why
from openmsix.students.search import Hit
from openmsix.students.words import name_words
from openmsix.web.language import day as day
from openmsix.web.language import language as language
from openmsix.web.language import phrases as phrases


def state_name(code: str) -> str:
    """A State by its name; an unknown code is its own name."""
    state = states().get(code)
    return state.name if state else code


NAMES = frozenset((Why.NICKNAME, Why.JOINED, Why.SOUND, Why.BEGINNING, Why.LETTER, Why.PARENT))
DATES = frozenset((Why.BORN, Why.DAY_AND_MONTH, Why.DIGIT, Why.MONTH, Why.YEAR, Why.OTHER_YEAR))


def reasons(hit: Hit) -> list[str]:
    """Why a child was found, the telling reasons first: what was found as typed is said only if nothing else is. Of a name
    that the page does not show it is said that another State has it.
    """
    child = hit.child
    shown_names = {
        *name_words(f"{child.first_name} {child.middle_name} {child.last_name_1} {child.last_name_2}")
    }
    as_typed = [reason for reason in hit.reasons if reason.why is Why.NAME]
    elsewhere = [reason for reason in as_typed if reason.found not in shown_names]
    telling = [reason for reason in hit.reasons if reason.why not in (Why.NAME, Why.MISSING)]
    said = [_reason(reason) + _elsewhere(reason, hit) for reason in telling]
    said += [_("%(name)s in another State's record") % {"name": reason.found.title()} for reason in elsewhere]
    if len(elsewhere) < len(as_typed):
        others = any(reason.why in NAMES or reason.why is Why.MISSING for reason in hit.reasons) or elsewhere
        said.append(_("other names as typed") if others else _("name as typed"))
    return list(dict.fromkeys(said))


def missing(hit: Hit) -> list[str]:
    """What was typed and does not fit."""
    typed = [reason.typed.title() for reason in hit.reasons if reason.why is Why.MISSING]
    return [_("no name like %(typed)s") % {"typed": word} for word in typed]


def _elsewhere(reason: Reason, hit: Hit) -> str:
    """The birth date that was found, where the record said last has another one."""
    if (
        reason.why not in DATES
        or hit.child.birth_date is None
        or reason.found == hit.child.birth_date.isoformat()
    ):
        return ""
    return _(" (%(day)s in another State's record)") % {"day": day(date.fromisoformat(reason.found))}


def _reason(reason: Reason) -> str:
    typed, found = reason.typed.title(), reason.found.title()
    match reason.why:
        case Why.NICKNAME:
            return _("%(typed)s and %(found)s can be one name") % {"typed": typed, "found": found}
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
        case Why.SCHOOL_UNTIL:
            return _("enrolled in %(school)s until %(day)s") % {
                "school": reason.found,
                "day": day(date.fromisoformat(reason.typed)),
            }
        case Why.SCHOOL_BEFORE:
            return _("enrolled in %(school)s before, now elsewhere") % {"school": reason.found}
        case Why.SCHOOL_NOW:
            return _("enrolled in %(school)s") % {"school": reason.found}
        case Why.FORMER_ID:
            return _("%(typed)s is a former MSIX ID of this child") % {"typed": grouped_id(reason.typed)}
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
    }[reason.why]


def filter_chip(field: str, value: str) -> str:
    """A filter in words."""
    if field == "sex":
        return shown("demographics", "sex", value, language())
    return {
        "state": _("State: %(value)s"),
        "age": _("age %(value)s"),
        "parent": _("parent: %(value)s"),
        "school": _("school: %(value)s"),
    }[field] % {"value": state_name(value) if field == "state" else value}
