"""Words for the pages of tasks: `{% load tasks %}`."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openmsix.deadlines import clock
from openmsix.deadlines.working_days import working_days_between
from openmsix.identity.models import Proposal
from openmsix.web.tasks.merges import standing as standing_of
from openmsix.web.tasks.words import level_name
from openmsix.web.templatetags.openmsix import in_words, tag
from openmsix.worklist.models import Task

register = template.Library()


@register.filter
def level(name: str) -> str:
    """A level of administrators in words."""
    return level_name(name)


@register.filter
def standing(proposal: Proposal) -> str:
    """How a proposal stands, in words."""
    return str(standing_of(proposal))


@register.filter
def due(task: Task) -> SafeString | str:
    """Until when a task is to be decided, in words: how many working days are left, or since when it is overdue."""
    if task.due_at is None:
        return format_html('<span class="om-quiet">{}</span>', _("no date"))
    day = task.due_at.date()
    if task.is_overdue:
        return format_html("{} {}", tag(_("overdue since"), "attention"), in_words(day))
    left = working_days_between(clock.today(), day)
    words = (
        ngettext("%(n)s working day left", "%(n)s working days left", left) % {"n": left}
        if left
        else _("today")
    )
    return format_html('{}<br><span class="om-quiet om-small">{}</span>', in_words(day), words)
