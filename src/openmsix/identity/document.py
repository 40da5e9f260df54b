"""The page of the documentation that tells how a record comes by its MSIX ID."""

from django.db.models import TextChoices

from openmsix.dictionary.markdown import table
from openmsix.identity.words import AGAINST, Origin, PairStatus, Reason

_BEGINNING = """# How a record comes by its MSIX ID

This page is made from the declarations in `openmsix.identity`. Do not edit it.

Every state record belongs to one MSIX ID by a link. A link is never changed: it is closed and another is opened,
so that each can be undone. When a submission is linked, each of its records goes through these questions:

1. Does it have a link? It keeps it, also when its content changed, and after a deletion and a return.
2. Did the State send an MSIX ID that lives here, or that leads to a living one? The record joins that child,
   unless something stands against it: a veto (see [match rules](match-rules.md)) between it and any record of the
   child, or one of the reasons below. Then the claim is not followed, and becomes a question to people.
3. Does the linkage model find the same child? The record joins it. What is possible is asked of people.
4. Else it founds a child: under the MSIX ID that the State sent, if nobody here knows it, or under a new one.

New MSIX IDs are eleven random digits, the first not 0, and a check digit after Damm. Any 12 digits that a State
sends are valid as they come.
"""


def page() -> str:
    """`links.md`."""
    parts = [
        _BEGINNING,
        "## Against a sent MSIX ID\n",
        table(("reason", "meaning"), AGAINST.items()),
        _choices("Reasons of links", Reason),
        _choices("Origins of MSIX IDs", Origin),
        _choices("Candidate pairs", PairStatus),
    ]
    return "\n".join(parts)


def _choices(title: str, choices: type[TextChoices]) -> str:
    return f"## {title}\n\n" + table(("word", "meaning"), ((one.value, str(one.label)) for one in choices))
