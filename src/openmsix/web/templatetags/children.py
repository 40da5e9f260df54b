"""Words for the pages of a child: `{% load children %}`."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from openmsix.deadlines.anniversaries import age_on
from openmsix.dictionary.labels import code_label, element_label, record_label
from openmsix.interop.prints.arrival import how_far as how_far_it_came
from openmsix.interop.shown import meaning
from openmsix.interop.shown import sent as as_sent
from openmsix.interop.shown import shown as in_plain_words
from openmsix.interop.shown import telephone as telephone_in_words
from openmsix.students.record import ConsolidatedRecord, Course, Enrollment, Standing
from openmsix.students.values import Entry, Value
from openmsix.web.children import words
from openmsix.web.children.present import place_in_words
from openmsix.web.children.words import state_name
from openmsix.web.language import day, language, phrases
from openmsix.web.templatetags.openmsix import in_words

register = template.Library()


@register.simple_tag(takes_context=True)
def shown(context: Context, record_type: str, key: str, value: Any) -> str:
    """A value of an element in words: dates, labels of codes, numbers, names of places; a dash for nothing."""
    return in_plain_words(record_type, key, value, language(), places=_places(context))


def _places(context: Context) -> Mapping[str, str]:
    """The names of the districts and schools of the record on the page."""
    record = context.get("record")
    return record.places if isinstance(record, ConsolidatedRecord) else {}


@register.simple_tag(takes_context=True)
def sent(context: Context, record_type: str, key: str, value: Any) -> SafeString:
    """A value as it stands in the State's file, and its meaning under it."""
    if value is None or value == "":
        return format_html("{}", as_sent(record_type, key, value))
    means = meaning(record_type, key, value, language(), places=_places(context))
    return format_html(
        '<span translate="no">{}</span>{}',
        as_sent(record_type, key, value),
        format_html('<span class="om-under">{}</span>', means) if means else "",
    )


@register.simple_tag
def stay_end(stay: Enrollment) -> SafeString | str:
    """When an enrollment ended; or that no end was sent, and when the child was elsewhere."""
    if stay.ended:
        return in_words(stay.ended)
    if stay.followed_on is None:
        return _("no end sent")
    return format_html(
        '{}<span class="om-under">{}</span>',
        _("no end sent"),
        _("next enrolled on %(day)s") % {"day": day(stay.followed_on)},
    )


@register.filter
def telephone(number: str) -> str:
    """A telephone number as people write it: (559) 555-6538; one of another form as it is."""
    return telephone_in_words(number)


@register.simple_tag
def element_name(record_type: str, key: str, version: str = "current") -> str:
    """What an element is called, in a version of the dictionary; also the mother and the father, whose names are several elements."""
    parents = phrases().parents
    if key in parents:
        return parents[key]
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
    """Who said it and when: a tag for each State, with its day; those of one day stand together."""
    values = [values] if isinstance(values, Value) else values
    states: dict[date, dict[str, str]] = {}
    for value in values:
        states.setdefault(value.said_at, {})[value.state_code] = state_name(value.state_code)
    return format_html_join(
        " ",
        '<span class="om-said">{} <time datetime="{}">{}</time></span>',
        ((_tags(of_day), said_at.isoformat(), day(said_at)) for said_at, of_day in states.items()),
    )


def _tags(names: Mapping[str, str]) -> SafeString:
    tag = '<abbr class="om-tag om-tag--source" title="{}">{}</abbr>'
    return format_html_join(" ", tag, ((name, code) for code, name in names.items()))


@register.simple_tag(takes_context=True)
def differing(context: Context, entry: Entry, key: str, record_type: str) -> SafeString | str:
    """The other values of an element of an entry, where those who sent it differ."""
    others = [value for value in entry.different.get(key, ()) if value.value != entry[key]]
    return format_html_join(
        "",
        '<span class="om-differs"><span>{}</span> {} {}</span>',
        ((_("or"), shown(context, record_type, key, value.value), said([value])) for value in others),
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
def way_to_reach(key: str) -> str:
    """A telephone number or address of a parent, in short."""
    return phrases().reach[key]


@register.filter
def calls_for(key: str, value: str) -> bool:
    """Whether somebody should act on this value of a need."""
    return (value == "No") if key == "immunization_record_flag" else value not in ("No", "None")


@register.simple_tag
def phrase(name: str, **values: Any) -> str:
    """Words that the page shares with the prints."""
    text = getattr(phrases(), name)
    assert isinstance(text, str)
    return text.format(**values)


@register.filter
def credits(value: Decimal) -> str:
    """A number of credits: 12.00."""
    return phrases().number(value)


@register.filter
def how_far(course: Course) -> str:
    """How far the child came in a broken-off course, in one line."""
    return ", ".join(how_far_it_came(course, language()))


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
