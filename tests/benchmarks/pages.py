"""The pages that people wait for, with several of them at once, against an empty signed-in page."""

import contextlib
import itertools
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.benchmarks.report import Line
from tests.benchmarks.timing import p95

PASSWORD = "benchmark-of-the-house-26"
USERS = 8
SECONDS = 60.0
PRINTS = 100
PDF_LIMIT = 0.2
"""Seconds."""
CHILDREN = 2_000

NAMES = {
    "search": "Search, one name and birth date",
    "record": "Consolidated record page",
    "receipt": "Receipt of a submission",
    "list": "List of submissions",
}


@dataclass
class User:
    """Somebody who looks at one page after the other: as one who looks up children, and as one who sends files."""

    reader: httpx.Client
    submitter: httpx.Client
    children: Iterator[Any]
    receipts: Iterator[str]
    spent: dict[str, list[float]] = field(default_factory=dict)

    def look(self, until: float) -> None:
        """Open each kind of page in turn until the time is over."""
        calls: dict[str, Callable[[], object]] = {
            "empty": lambda: _get(self.reader, "/account/"),
            "search": lambda: _search(self.reader, next(self.children)),
            "record": lambda: _get(self.reader, f"/children/{next(self.children).ref}/"),
            "receipt": lambda: _get(self.submitter, f"/submissions/{next(self.receipts)}/"),
            "list": lambda: _get(self.submitter, "/submissions/"),
        }
        while time.monotonic() < until:
            for name, call in calls.items():
                started = time.perf_counter()
                call()
                self.spent.setdefault(name, []).append(time.perf_counter() - started)


def measure() -> list[Line]:
    """Search, record, receipt and list with several users at once for a minute; then prints, one after the other."""
    from openmsix.students.models import Child

    children = list(Child.objects.filter(live=True).exclude(birth_date=None).order_by("ref")[:CHILDREN])
    with site() as address, contextlib.ExitStack() as stack:
        users = [_user(stack, address, children[number::USERS]) for number in range(USERS)]
        until = time.monotonic() + SECONDS
        threads = [threading.Thread(target=user.look, args=(until,)) for user in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        prints = [_print(users[0].reader, child.ref) for child in children[:PRINTS]]
    return [*_pages(users), _pdf(prints)]


def _pages(users: Sequence[User]) -> list[Line]:
    spent = {name: [second for user in users for second in user.spent[name]] for name in ("empty", *NAMES)}
    empty = p95(spent["empty"])
    return [
        Line(
            f"{what}, {USERS} users at once",
            f"p95 {p95(spent[name]) * 1000:.0f} ms, median {statistics.median(spent[name]) * 1000:.0f} ms of {len(spent[name]):,}",
            f"empty signed-in page: p95 {empty * 1000:.0f} ms, median {statistics.median(spent['empty']) * 1000:.0f} ms",
            p95(spent[name]) / empty,
            "at most 3 times",
        )
        for name, what in NAMES.items()
    ]


def _pdf(prints: list[float]) -> Line:
    return Line(
        "Summary as PDF, one user",
        f"p95 {p95(prints) * 1000:.0f} ms, median {statistics.median(prints) * 1000:.0f} ms",
        f"a person's patience: {PDF_LIMIT * 1000:.0f} ms",
        p95(prints) / PDF_LIMIT,
        "at most 1",
    )


def _print(client: httpx.Client, ref: str) -> float:
    started = time.perf_counter()
    _get(client, f"/children/{ref}/print/?kind=summary&language=en")
    return time.perf_counter() - started


def _user(stack: contextlib.ExitStack, address: str, children: Sequence[Any]) -> User:
    from openmsix.intake.models import Submission

    submitter = stack.enter_context(signed_in(address, "Submitter"))
    refs = list(Submission.objects.of_state(_demo_state()).newest_first().values_list("ref", flat=True)[:20])
    return User(
        stack.enter_context(signed_in(address)), submitter, itertools.cycle(children), itertools.cycle(refs)
    )


def _demo_state() -> str:
    """The State for which the made-up submitter speaks."""
    from openmsix.accounts.models import Holding

    return Holding.objects.live().filter(role="batch_submitter")[0].place.state_code


@contextlib.contextmanager
def signed_in(address: str, role: str = "Primary") -> Iterator[httpx.Client]:
    """A browser of somebody with a role, who has said why records are opened."""
    from openmsix.accounts import demo
    from openmsix.ops.setup import OPERATOR

    people = dict(demo.make_demo_people(password=PASSWORD, by=OPERATOR))
    with httpx.Client(base_url=address, follow_redirects=True, timeout=30) as client:
        _sign_in(client, next(email for name, email in people.items() if role in name))
        if role == "Primary":
            _choose_purpose(client)
        yield client


@contextlib.contextmanager
def site(*, with_worker: bool = False) -> Iterator[str]:
    """The pages, and if wished the worker, as `openmsix serve` runs them."""
    from openmsix.ops.household import REQUESTS_AT_ONCE, Household

    household = Household("127.0.0.1", 8123)
    household.start(
        "pages",
        *("-m", "granian", "--interface", "wsgi", "--host", household.host, "--port", str(household.port)),
        *(
            "--workers",
            "1",
            "--blocking-threads",
            str(REQUESTS_AT_ONCE),
            "--no-access-log",
            "--log-level",
            "error",
        ),
        "openmsix.config.wsgi:application",
    )
    if with_worker:
        household.start("worker", "-m", "openmsix.ops.cli", "worker")
    try:
        household.wait_until_ready()
        yield f"http://127.0.0.1:{household.port}"
    finally:
        household.stop()


def _token(text: str) -> str:
    return text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def _sign_in(client: Any, email: str) -> None:
    page = client.get("/sign-in/")
    answer = client.post(
        "/sign-in/", data={"csrfmiddlewaretoken": _token(page.text), "login": email, "password": PASSWORD}
    )
    assert answer.status_code == 200, answer.status_code
    assert "/sign-in/" not in str(answer.url), "not signed in"


def _choose_purpose(client: Any) -> None:
    """Say once why records are opened, as everybody is asked to."""
    page = client.get("/children/purpose/?next=/")
    answer = client.post(
        "/children/purpose/?next=/",
        data={"csrfmiddlewaretoken": _token(page.text), "purpose": "enrollment", "next": "/"},
    )
    assert answer.status_code == 200, answer.status_code


def _get(client: Any, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer


def _search(client: Any, child: Any) -> None:
    token = client.cookies["csrftoken"]
    words = f"{child.first_name} {child.last_name_1} {child.birth_date:%m/%d/%Y}"
    answer = client.post("/children/search/", data={"csrfmiddlewaretoken": token, "q": words})
    assert answer.status_code == 200, answer.status_code
