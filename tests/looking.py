"""A test client that answers as people do: it looks at the page first, and the form it sends says what was seen there."""

import re
from typing import Any

from django.test import Client

from tests.people import person

SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


class Looking(Client):
    """Before it answers a task or proposes something, it opens the page with what is chosen, and sends the mark of what it saw."""

    def post(self, path: str, data: Any = None, *args: Any, **more: Any) -> Any:  # type: ignore[override]
        if isinstance(data, dict) and path.startswith("/tasks/") and "seen" not in data:
            chooses = {"master", "leaving"} & data.keys()
            page = super().post(path, {**data, "step": "look"}) if chooses else self.get(path)
            if seen := SEEN.search(page.content.decode()):
                data = {**data, "seen": seen[1]}
        return super().post(path, data, *args, **more)


def signed_in(state: str, role: str = "state_data_administrator", number: int = 1) -> Looking:
    """Somebody of this State (see `people.person`) who looks before answering, and has said for which purpose."""
    client = Looking()
    client.force_login(person(role, state, number))
    client.post("/children/purpose/", {"purpose": "quality", "next": "/tasks/"})
    return client


def words(response: Any) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
