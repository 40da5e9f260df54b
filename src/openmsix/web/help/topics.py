"""The help pages: one topic a page of the site, each a short file under `templates/help/pages`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Topic:
    """One help page. `key` is its address and the name of its file."""

    key: str
    title: str | Promise
    about: str | Promise


_ALL = (
    Topic("sign-in", _("Signing in and your roles"), _("Passwords, second factors, changing role")),
    Topic("home", _("Your home page"), _("What stands there, for each role")),
    Topic("search", _("Finding a child"), _("What you can type, how results are ordered")),
    Topic("record", _("Reading a child’s record"), _("Who said what, and when States disagree")),
    Topic("print", _("Printing a record"), _("The summary for the transfer packet, the full record")),
    Topic("submissions", _("A State’s submissions"), _("The list, what each status means")),
    Topic("send", _("Sending a file"), _("Parts, names, what happens to the file")),
    Topic("receipt", _("Reading a receipt"), _("Verdicts, findings, what to mend first")),
    Topic("confirm", _("Confirming many closures"), _("Why a submission waits for a person")),
    Topic("id-changes", _("Changes of MSIX IDs"), _("Keeping your State’s system in step")),
    Topic("moves", _("Children who moved"), _("What the former State does, and until when")),
    Topic("tasks", _("Tasks"), _("What waits for whom")),
    Topic("quality", _("Quality of identity"), _("What each figure means, and what to do about it")),
    Topic("expunging", _("Expunging what was sent in error"), _("Who asks, who approves, what stays")),
    Topic("privacy", _("Keeping children’s records private"), _("What is written down, what never to do")),
)
TOPICS: Mapping[str, Topic] = MappingProxyType({topic.key: topic for topic in _ALL})
