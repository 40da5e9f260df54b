"""The words of the pages' templates: `{% load openmsix %}`.

Dates in words (12 Mar 2014), ages, ids in groups of four with a copy button, icons, tags, numbers.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from openmsix.deadlines import clock
from openmsix.deadlines.anniversaries import age_on
from openmsix.interop.shown import grouped_id
from openmsix.web import vendored
from openmsix.web.language import day
from openmsix.web.lists import Filter

register = template.Library()


@register.simple_tag
def vendored_url(package: str, file: str) -> str:
    """The address of a vendored file: `{% vendored_url "htmx" "htmx.min.js" %}`."""
    return static(vendored.path(package, file))


@register.simple_tag
def icon(name: str, size: int = 0) -> SafeString:
    """An icon of the design system, silent for screen readers; the word beside it speaks."""
    sprite = static(vendored.path("uswds", "img/sprite.svg"))
    more = f" usa-icon--size-{size}" if size else ""
    return format_html(
        '<svg class="usa-icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        more,
        sprite,
        name,
    )


@register.simple_tag(takes_context=True)
def person(context: Context, actor: str) -> str:
    """Who did something, by name and sign-in: `{% person proposal.started_by %}`."""
    told: str = context["shell"].person(actor)
    return told


@register.filter
def narrowing(filters: Iterable[Filter]) -> bool:
    """Whether one of a list's filters is set, so that an empty list is told from one that is only narrowed."""
    return any(one.value for one in filters)


@register.filter
def in_words(value: date | datetime | None) -> SafeString | str:
    """A date as 12 Mar 2014, a moment as 12 Mar 2014, 14:05 UTC; nothing for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        text = f"{day(local.date())}, {local:%H:%M} {local.tzname()}"
    else:
        text = day(value)
    return format_html('<time datetime="{}" class="om-date">{}</time>', value.isoformat(), text)


@register.filter
def age(birth_date: date | None) -> str:
    """`age 11`, counted to today; nothing for an unknown birth date."""
    if birth_date is None:
        return ""
    return gettext("age %(years)s") % {"years": age_on(birth_date, clock.today())}


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago, in the largest whole unit: `3 hours ago`; nothing for nothing."""
    if moment is None:
        return ""
    seconds = max(0, int((clock.now() - moment).total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600, seconds // 60
    if days:
        return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}
    if hours:
        return ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}
    if minutes:
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    return gettext("just now")


@register.filter
def in_fours(value: str | None) -> str:
    """An id in groups of four, as people read it aloud: 1234 5678 9012."""
    return grouped_id(value or "").replace(" ", "\u00a0")


@register.filter
def number(value: int | None) -> str:
    """A count with its thousands apart: 12,345."""
    return "" if value is None else formats.number_format(value, force_grouping=True)


@register.filter
def share_of(part: int | None, whole: int | None) -> int:
    """Whole percents of the whole, 0 to 100."""
    return min(100, round(100 * (part or 0) / whole)) if whole else 0


@register.inclusion_tag("shell/copyable.html")
def copyable(value: str, label: str = "") -> dict[str, str]:
    """An id in groups of four with a button that copies it. `label` says what it is: `MSIX ID`."""
    return {"value": value, "label": label}


@register.simple_tag
def tag(text: str, kind: str = "") -> SafeString:
    """A small label. `kind`: plain, good, attention, bad, or source (the State that said something)."""
    return format_html('<span class="om-tag{}">{}</span>', f" om-tag--{kind}" if kind else "", text)


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """The present address with some of its query changed; an empty value leaves the word out."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"
