"""How requests are said in templates: `{% load expunging %}`."""

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from openmsix.expunge.models import Expunging, Kind
from openmsix.web.expunging import words
from openmsix.web.expunging.asking import Option

from .openmsix import tag

register = template.Library()


@register.filter
def kind_words(asked: Expunging) -> str | Promise:
    """What is asked to be expunged."""
    return words.KIND_WORDS[asked.kind]


@register.simple_tag
def status_tag(asked: Expunging) -> SafeString:
    """How the request stands, as a colored label."""
    return tag(str(words.STATUS_WORDS[asked.status]), words.STATUS_KINDS.get(asked.status, ""))


@register.simple_tag(takes_context=True)
def who_approves(context: template.RequestContext, option: Option) -> SafeString:
    """Who can be the second person, if whoever looks asks for this."""
    of_state = context["request"].hat.state_code
    if option.subject.kind == Kind.CHILD and of_state:
        told = _("The operator or the Office of Migrant Education approves it.")
    elif of_state:
        told = _(
            "Another State Data Administrator of your State, the operator, or the Office of Migrant Education approves it."
        )
    else:
        told = _(
            "A State Data Administrator of the State approves it; of a whole child, one of any State that has a record."
        )
    return format_html('<p class="om-small om-quiet">{}</p>', told)
