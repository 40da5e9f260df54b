"""What every page's frame shows: the hat worn, the few places it may reach, its open tasks, the languages."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.accounts.queries import named
from openmsix.identity.answering import tasks_waiting_for
from openmsix.web.expunging.listing import waiting_for
from openmsix.web.language import phrases


@dataclass(frozen=True)
class Place:
    """One entry of the main navigation; `count` is what waits there."""

    name: str
    address: str
    here: bool
    count: int | None = None


class Shell:
    """The frame of one page. Everything is looked up only when the template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._people: dict[str, str] = {}

    @property
    def demo(self) -> str:
        """That the children on these pages are made up; nothing where they are not."""
        return phrases().made_up if settings.DEMO else ""

    @property
    def hat(self) -> Hat | None:
        """The hat being worn; None before sign-in and for people without any role."""
        return getattr(self._request, "hat", None)

    @property
    def other_hats(self) -> bool:
        """Whether the person could wear another hat."""
        return len(getattr(self._request, "hats", [])) > 1

    @property
    def may(self) -> dict[str, bool]:
        """Which acts the hat allows, by the name of the permission: `shell.may.search_children`."""
        return {each.name.lower(): self.hat is not None and self.hat.may(each) for each in Permission}

    @cached_property
    def open_tasks(self) -> int:
        """How many tasks the person may end."""
        return tasks_waiting_for(self.hat).count() if self.hat else 0

    @cached_property
    def places(self) -> list[Place]:
        """The few places that the hat may reach; none where that is the home page alone, to which the name leads."""
        if self.hat is None:
            return []
        # who sees tasks goes to the proposals from there
        proposals = (
            []
            if self.hat.may(Permission.SEE_TASKS)
            else [(Permission.PROPOSE, _("Merges and splits"), "tasks:merges")]
        )
        reachable = [
            (None, _("Home"), "home:home"),
            (Permission.SEE_SUBMISSIONS, _("Submissions"), "submissions:list"),
            (Permission.SEE_ID_CHANGES, _("MSIX ID changes"), "ids:changes"),
            (Permission.SEE_TASKS, _("Tasks"), "tasks:list"),
            *proposals,
            (Permission.SEE_MOVES, _("Moves"), "moves:list"),
            (Permission.SEE_QUALITY, _("Quality"), "quality:page"),
            (Permission.SEE_NATIONAL_REPORTS, _("Quality"), "quality:page"),
            (Permission.EXPUNGE, _("Expunging"), "expunging:list"),
        ]
        reached = [
            self._place(name, url_name)
            for permission, name, url_name in reachable
            if permission is None or self.hat.may(permission)
        ]
        return reached if len(reached) > 1 else []

    def _place(self, name: str, url_name: str) -> Place:
        match = self._request.resolver_match
        room = url_name.split(":")[0]
        here = match is not None and match.namespace == room
        return Place(name, reverse(url_name), here, self._count(url_name))

    def _count(self, url_name: str) -> int | None:
        """What waits there; None where that is not told."""
        if url_name == "tasks:list":
            return self.open_tasks
        if url_name == "expunging:list" and self.hat:
            return waiting_for(self.hat) or None
        return None

    def person(self, actor: str) -> str:
        """Who did something, by name and sign-in; each is looked up once a page."""
        if actor not in self._people:
            self._people[actor] = named(actor)
        return self._people[actor]

    @property
    def other_language(self) -> tuple[str, str]:
        """The language to which one may switch: its code and its own name."""
        present = (get_language() or "en")[:2]
        return next((code, name) for code, name in settings.LANGUAGES if code != present)


def context(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"shell": Shell(request)}
