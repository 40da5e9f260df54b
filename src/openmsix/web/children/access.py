"""Who opened a record, as each hat may see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.accounts.queries import people_within
from openmsix.audit.models import Disclosure
from openmsix.students.queries import disclosures_about
from openmsix.students.record import ConsolidatedRecord
from openmsix.web.children import purpose

SHOWN = 200


@dataclass(frozen=True)
class Opening:
    """One disclosure in words."""

    at: datetime
    who: str
    hat: str
    purpose: str
    what: str


def context(record: ConsolidatedRecord, by: Hat) -> dict[str, Any]:
    """The openings of a record, newest first.

    Everyone who may open the record sees when, in which role and why it was opened; by whom, only those who answer for it, and they
    only of people within their own place.
    """
    found = list(disclosures_about(record.msix_id)[: SHOWN + 1])
    named = frozenset(people_within(by)) if by.may(Permission.SEE_ACCESS_HISTORY) else frozenset()
    return {
        "openings": [_opening(disclosure, by, named) for disclosure in found[:SHOWN]],
        "cut": len(found) > SHOWN,
        "shown": SHOWN,
        "names_hidden": not by.may(Permission.SEE_ACCESS_HISTORY),
    }


def _opening(disclosure: Disclosure, by: Hat, named: frozenset[int]) -> Opening:
    if disclosure.actor_id == by.actor_id:
        who = _("You")
    elif disclosure.actor_id in named:
        who = disclosure.actor
    else:
        who = ""
    role, comma, place = disclosure.hat.partition(", ")
    hat = f"{_(role)}{comma}{place}"
    return Opening(disclosure.at, who, hat, purpose.in_words(disclosure.purpose), _what(disclosure.what))


def _what(what: str) -> str:
    return {
        "record": _("arrival sheet"),
        "moves": _("moves"),
        "courses": _("courses and credits"),
        "enrollments": _("enrollments"),
        "assessments": _("assessments"),
        "health": _("health"),
        "family": _("family and identity"),
        "sources": _("sources"),
        "near match": _("near match"),
        "split": _("split"),
        "merge": _("merge"),
        "access": _("who opened it"),
        "summary print": _("printed the summary"),
        "full print": _("printed the full record"),
        "JSON": _("took the record as JSON"),
        "expunging": _("looked at expunging it"),
        "match": _("compared a student with it"),
    }.get(what, what)
