"""How submissions and answers are said in templates: `{% load submissions %}`."""

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from openmsix.intake.models import Answer, Submission
from openmsix.web.submissions import words

from .openmsix import tag

register = template.Library()


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
