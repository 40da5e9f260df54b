"""The words of the templates about the quality of identity: `{% load quality %}`. A number leads to its list for those who may open it."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from openmsix.web.quality.charts import Chart
from openmsix.web.templatetags.openmsix import number

register = template.Library()


@register.simple_tag
def lead(leads: bool, count: int, name: str, said: str) -> SafeString:
    """A large number with its words, which leads to its list."""
    words = format_html('<span class="om-counts__number">{}</span> {}', number(count), said)
    return format_html('<a href="{}">{}</a>', reverse(name), words) if leads and count else words


@register.simple_tag
def lead_cell(leads: bool, count: int, name: str, said: str, **query: Any) -> SafeString | str:
    """The number of a cell, which leads to its list; `said` names the row for who hears the link alone."""
    if not leads or not count:
        return number(count)
    asked = {key: value() if callable(value) else value for key, value in query.items()}
    return format_html(
        '<a href="{}?{}">{}<span class="usa-sr-only">, {}</span></a>',
        reverse(name),
        urlencode(asked),
        number(count),
        said,
    )


@register.inclusion_tag("quality/drawing.html")
def drawing(chart: Chart, sentence: str, state: str) -> dict[str, Any]:
    """A drawing with the sentence that says what it shows."""
    return {"chart": chart, "sentence": sentence, "state": state}
