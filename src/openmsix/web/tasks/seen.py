"""That people answer what stands there now: each form of a decision carries a mark of the records, and of the effect, that its page showed."""

import hashlib
import json
from collections.abc import Iterable

from django.utils.translation import gettext_lazy

from openmsix.students.beside import standing
from openmsix.web.access import HatRequest

FIELD = "seen"
OTHERWISE = gettext_lazy(
    "The records, or what would change, are not as you saw them last. They stand here as they are now: look at them, then answer again."
)

NOT_SHOWN = gettext_lazy(
    "What would change with what you chose was not shown to you yet, or is not what it was. It stands below now: look at it, then propose."
)
"""The words where people choose what is to change."""


def mark(msix_ids: Iterable[str], *chosen: object) -> str:
    """Changes whenever a record of these children is said otherwise, comes or goes, and with what was `chosen`. Tells nothing about anybody."""
    told = json.dumps([standing(msix_ids), [str(one) for one in chosen]])
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def unlike(request: HatRequest, now: str, *, otherwise: object = OTHERWISE) -> dict[str, str]:
    """What is wrong with an answer to a page that showed something else, in the words of `otherwise`; nothing if it showed what is there now."""
    return {} if request.POST.get(FIELD) == now else {"page": str(otherwise)}
