"""How submissions and answers are said in templates: `{% load submissions %}`."""

from collections.abc import Mapping
from html import escape

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from openmsix.intake.models import Answer, Submission
from openmsix.web.submissions import words
from openmsix.web.submissions.rules import Shown

from .openmsix import tag

register = template.Library()
VALUE_SHOWN = 60
"""Signs of a value; the download has all."""


@register.filter
def status_words(submission: Submission) -> str | Promise:
    """Where the submission stands."""
    return words.STATUS_WORDS[submission.status]


@register.simple_tag
def status_tag(submission: Submission) -> SafeString:
    """Where the submission stands, as a colored label."""
    return tag(str(words.STATUS_WORDS[submission.status]), words.STATUS_KINDS[submission.status])


@register.simple_tag
def verdict_tag(answer: Answer, *, is_stored: bool) -> SafeString:
    """The verdict on a student, as a colored label. `is_stored`: whether its submission is."""
    told = words.VERDICT_WORDS if is_stored else words.IN_ORDER_WORDS
    return tag(str(told[answer.verdict]), words.VERDICT_KINDS[answer.verdict])


@register.simple_tag
def told(finding: Shown) -> SafeString:
    """Where a finding was made, the value, and what is wrong with it.

    Put together here and not by a template, nor by Django's own words for that: a receipt has dozens of them, and they were a third of its time.
    """
    value = finding.value or ""
    cells = (
        ("<strong>", finding.file, "</strong>"),
        (
            ' <span class="om-quiet">',
            gettext("part %(part)s") % {"part": finding.part} if finding.part else "",
            "</span>",
        ),
        (' <span class="om-quiet">', finding.position, "</span>"),
        (' <span lang="en">', finding.element, "</span>"),
        (
            ' <code class="om-value">',
            value if len(value) <= VALUE_SHOWN else f"{value[: VALUE_SHOWN - 1]}…",
            "</code>",
        ),
    )
    where = "".join(f"{begin}{escape(text)}{end}" for begin, text, end in cells if text)
    line = "<br>" if finding.file else ""
    return SafeString(f'{where}{line}<span lang="en">{escape(finding.wrong)}</span>')


@register.filter
def change_words(answer: Answer) -> str | Promise:
    """What the submission changed about the student."""
    return words.CHANGE_WORDS[answer.change]


@register.filter
def how_words(answer: Answer) -> str | Promise:
    """How the student came by its MSIX ID."""
    return words.HOW_WORDS[answer.how]


@register.filter
def without_findings(counts: Mapping[str, int]) -> int:
    """How many students were accepted without findings."""
    return counts.get("accepted", 0) - counts.get("with_findings", 0)
