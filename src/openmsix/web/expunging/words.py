"""How the pages say what the room of expunging says in codes."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openmsix.expunge.models import Kind, Status
from openmsix.worklist.refusing import Refusal

Words = Mapping[str, Promise]

KIND_WORDS: Words = MappingProxyType(
    {
        Kind.STUDENT: _("A State’s record of a student"),
        Kind.CHILD: _("A whole child"),
        Kind.SUBMISSION: _("A State’s last submission"),
        Kind.ALONE: _("The students of whom one submission alone tells"),
    }
)
STATUS_WORDS: Words = MappingProxyType(
    {
        Status.REQUESTED: _("Waits for a second person"),
        Status.APPROVED: _("Being expunged"),
        Status.DONE: _("Expunged"),
        Status.DECLINED: _("Declined"),
        Status.LAPSED: _("Not possible any more"),
    }
)
STATUS_KINDS: Mapping[str, str] = MappingProxyType(
    {Status.REQUESTED: "attention", Status.APPROVED: "moving", Status.DONE: "good"}
)


def in_words(refusal: Refusal) -> str:
    """Why something cannot be, in the language of the page."""
    return gettext(refusal.why.value) % dict(refusal.of)
