"""How pages say a change of residence: from where to where, and how its four working days stand."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openmsix.deadlines import clock
from openmsix.deadlines.working_days import working_days_between
from openmsix.identity.models import Link
from openmsix.notices.models import ChangeOfResidence
from openmsix.places.queries import names_of
from openmsix.web.children.words import state_name
from openmsix.web.language import day


@dataclass(frozen=True)
class Told:
    """A change of residence in words. `msix_id`: of the child; None if the two records were found to be of two. `kind`: of its tag, as the pages color it."""

    change: ChangeOfResidence
    msix_id: str | None
    came_from: str
    came_to: str
    standing: str
    kind: str


def told(changes: Iterable[ChangeOfResidence]) -> list[Told]:
    """Changes of residence in words, for a list of a page's length."""
    listed = list(changes)
    names = names_of({code for one in listed for code in (one.from_district, one.to_district) if code})
    links = Link.objects.live().filter(
        state_record__in={record for one in listed for record in (one.record_id, one.before_id)}
    )
    children = dict(links.values_list("state_record_id", "msix_id"))
    return [
        Told(
            one,
            children[one.record_id] if children.get(one.record_id) == children.get(one.before_id) else None,
            _place(one.from_state, one.from_district, names),
            _place(one.to_state, one.to_district, names),
            *_standing(one, is_one_child=children.get(one.record_id) == children.get(one.before_id)),
        )
        for one in listed
    ]


def _place(state: str, district: str, names: dict[str, str]) -> str:
    return ", ".join(part for part in (names.get(district, district), state_name(state)) if part)


def _standing(one: ChangeOfResidence, *, is_one_child: bool) -> tuple[str, str]:
    """How the four working days stand, and as what that is to be taken."""
    today = clock.today()
    if not is_one_child:
        return _("No move: two children"), ""
    if one.answered_at:
        return _("New data sent %(day)s") % {"day": day(one.answered_at.date())}, "good"
    if one.due_on < today:
        late = working_days_between(one.due_on, today)
        return ngettext("Overdue by %(n)s working day", "Overdue by %(n)s working days", late) % {
            "n": late
        }, "bad"
    left = working_days_between(today, one.due_on)
    if left == 0:
        return _("Due today"), "attention"
    return ngettext("%(n)s working day left", "%(n)s working days left", left) % {"n": left}, "attention"
