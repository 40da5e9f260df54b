"""Words for the pages of a child: `{% load children %}`."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from openmsix.deadlines.anniversaries import age_on
from openmsix.dictionary.labels import code_label, element_label, record_label
from openmsix.identity.words import Reason
from openmsix.interop.shown import shown as in_plain_words
from openmsix.interop.shown import telephone as telephone_in_words
from openmsix.students.record import Entry, Standing, Value
from openmsix.web.children import words
from openmsix.web.children.present import place_in_words
from openmsix.web.children.words import day, language, state_name

register = template.Library()


@register.simple_tag
def shown(record_type: str, key: str, value: Any) -> str:
    """A value of an element in words: dates, labels of codes, numbers; a dash for nothing."""
    return in_plain_words(record_type, key, value, language())


@register.filter
def telephone(number: str) -> str:
    """A telephone number as people write it: (559) 555-6538; one of another form as it is."""
    return telephone_in_words(number)


@register.simple_tag
def element_name(record_type: str, key: str, version: str = "current") -> str:
    """What an element is called, in a version of the dictionary."""
    return element_label(record_type, key, language=language(), version=version)


@register.simple_tag
def record_name(record_type: str, version: str = "current") -> str:
    """What a record type is called, in a version of the dictionary."""
    return record_label(record_type, language=language(), version=version)


@register.simple_tag
def code_name(code_set: str, value: str, version: str = "current") -> str:
    """What a code means, in a version of the dictionary."""
    return code_label(code_set, value, language=language(), version=version)


@register.simple_tag
def said(values: Value | Iterable[Value]) -> SafeString:
    """Who said it and when: a tag for each State, with its day."""
    values = [values] if isinstance(values, Value) else values
    tags = (
        (value.state_code, state_name(value.state_code), value.said_at.isoformat(), day(value.said_at))
        for value in values
    )
    once = list(dict.fromkeys(tags))
    return format_html_join(
        " ",
        '<span class="om-said"><abbr class="om-tag om-tag--source" title="{1}">{0}</abbr> <time datetime="{2}">{3}</time></span>',
        once,
    )


@register.simple_tag
def differing(entry: Entry, key: str, record_type: str) -> SafeString | str:
    """The other values of an element of an entry, where those who sent it differ."""
    others = [value for value in entry.different.get(key, ()) if value.value != entry[key]]
    return format_html_join(
        "",
        '<span class="om-differs"><span>{}</span> {} {}</span>',
        ((_("or"), shown(record_type, key, value.value), said([value])) for value in others),
    )


@register.filter
def item(entry: Entry, key: str) -> Any:
    """One value of an entry."""
    return entry[key]


@register.filter
def need(key: str) -> str:
    """A need in the words of a school office."""
    return words.phrases().needs_labels[key]


@register.filter
def linked(reason: str) -> str:
    """Why a State's record is of this child, in words; a reason that is not on the list as it was written down."""
    return _(Reason(reason).label) if reason in Reason.values else reason


@register.filter
def calls_for(key: str, value: str) -> bool:
    """Whether somebody should act on this value of a need."""
    return (value == "No") if key == "immunization_record_flag" else value not in ("No", "None")


@register.filter
def standing(value: Standing) -> str:
    """How a course ended, in words."""
    return {
        Standing.EARNED: _("earned"),
        Standing.BROKEN_OFF: _("broken off"),
        Standing.IN_PROGRESS: _("in progress"),
        Standing.NO_CREDIT: _("finished without credit"),
        Standing.NO_RESULT: _("no result sent"),
    }[value]


@register.simple_tag
def place(city: str | None, state: str | None, country: str | None = None) -> str:
    """A city with its State or country."""
    named = in_plain_words("qualifying_moves", "from_country", country, language()) if country else None
    return place_in_words(city, state, named)


@register.simple_tag
def state(code: str) -> str:
    """A State by its name."""
    return state_name(code)


@register.simple_tag
def years_old(born: date | None, on: date | None) -> SafeString | str:
    """How old a child was on a day, for lists."""
    if born is None or on is None or on < born:
        return ""
    return format_html('<span class="om-quiet">{}</span>', _("age %(years)s") % {"years": age_on(born, on)})
