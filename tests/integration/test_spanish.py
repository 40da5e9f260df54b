"""Every page in Spanish: whatever it says just as in English is data, a name, or marked as English.

Both languages are asked for by each role that may open the page, on a small exchange that was filled by real files. A text that
reads the same in both is English left over, unless it is what somebody sent, a word that is Spanish too (`SPANISH_TOO`),
or stands under `lang="en"`: the words of rules and of the dictionary, quoted as the documents give them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from openmsix.accounts import hats
from openmsix.accounts.models import User
from openmsix.accounts.roles import ROLES
from openmsix.deadlines import clock
from openmsix.dictionary import dictionary, labels
from openmsix.expunge.models import Expunging, Status
from openmsix.intake.models import Finding, Submission, SubmissionPart
from openmsix.places import actions as places
from openmsix.places.models import Contact, Place
from openmsix.places.states import states
from openmsix.records.models import ROWS
from openmsix.students.models import Child
from openmsix.students.queries import open_record
from openmsix.synth import nation, write
from openmsix.web.children import pictures
from openmsix.web.children.record import PARTS
from openmsix.web.help.topics import TOPICS
from tests import parts
from tests.integration import exchange
from tests.integration.test_access import addresses
from tests.integration.url_samples import World, ask, prepare, sample
from tests.people import BY, person

pytestmark = pytest.mark.one_engine

NUMBERS = ("student_record_id", "record_id")
SILENT = ("script", "style", "code", "time", "svg", "noscript")
EMPTY = ("meta", "link", "input", "img", "br", "hr", "use")
SPOKEN_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt", "data-label", "data-copied")
SPANISH_TOO = frozenset(
    {
        "openmsix",
        "Error",
        "English",
        "Español",
        "en español",
        "lupe garcia",
        "No",
        "JSON",
        "CSV",
        "CEDS",
        "Ed-Fi",
    }
    | {
        "KB",
        "GB",
        "UTC",
        "min",
        "MB",
        "PostgreSQL",
        "Debian",
        "deb",
        "CFR",
        "ii",
        "iii",
        "iv",
        "openmsix validate",
        "API",
        "no",
        "delta",
        "Congo",
        "Myanmar",
        "decimal",
        "provisional",
    }
)


class Texts(HTMLParser):
    """What a page says, piece by piece, without what is marked as English."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []  # elements not closed yet, each with whether it is heard

    @property
    def _heard(self) -> bool:
        return not self._open or self._open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Its spoken attributes; what stands in it is heard unless it is silent or English."""
        given = dict(attrs)
        english = (given.get("lang") == "en" and tag != "html") or given.get("translate") == "no"
        heard = self._heard and tag not in SILENT and not english
        if heard:
            self.found += [given.get(name) or "" for name in SPOKEN_ATTRIBUTES]
        if tag not in EMPTY:
            self._open.append((tag, heard))

    def handle_endtag(self, tag: str) -> None:
        """Leave the element, and those in it that nobody closed."""
        while self._open and any(tag == open_tag for open_tag, _heard in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        """A text."""
        if self._heard:
            self.found.append(data)


def texts_of(html: str) -> list[str]:
    """What a page says, piece by piece."""
    parser = Texts()
    parser.feed(html)
    return parser.found


def pieces(text: str) -> Iterator[str]:
    """A text without its numbers and signs."""
    for piece in re.split(r"[,;:·()/]|\s-\s|\.$|\d+", text):
        bare = " ".join(piece.split()).strip(" .…\u00a0\"'-–+%×✓?¿")
        if re.search(r"[^\W\d_]{2}", bare):
            yield bare


def left_over(english: str, spanish: str, data: frozenset[str]) -> set[str]:
    """What the Spanish page says as the English one does, and is no data."""
    same = {p for t in texts_of(english) for p in pieces(t)} & {
        p for t in texts_of(spanish) for p in pieces(t)
    }
    return {text for text in same if text not in data and text not in SPANISH_TOO}


@dataclass(frozen=True)
class Exchange:
    """What there is to see, and what of it was sent by people."""

    world: World
    waiting: Submission
    data: frozenset[str]


@pytest.fixture(scope="module")
def filled(committed_db_of_module: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """Two States' children with all the faults of life, and a submission that waits for a person."""
    folder = tmp_path_factory.mktemp("nation")
    made = nation.make(children=150, states=["TX", "CA"], seed=3, noise=1.0, today=clock.today())
    with parts.kept_in(tmp_path_factory.mktemp("kept")):
        files = write.write(made, folder)
        places.load(folder=folder / "places", by=exchange.OPERATOR)
        exchange.take_in(*files)
        child = Child.objects.filter(states__len=2).order_by("-last_enrollment_date").first()
        assert child is not None
        record = open_record(ref=child.ref, by=BY, purpose="enrollment")
        submission = Submission.objects.get(state_code="TX")
        for role in ROLES:
            person(role, "TX")
        world = World(child, submission, pictures.of(record)[0], ask(child))
        _end_requests_like(world.asked)
        yield Exchange(world, submission, _data())


def _end_requests_like(asked: Expunging) -> None:
    """A request of each way to end, as it is found afterwards."""
    ends = {
        Status.APPROVED: "",
        Status.DONE: "",
        Status.DECLINED: "test",
        Status.LAPSED: "There is no such submission here.",
    }
    for number, (status, why) in enumerate(ends.items()):
        one = Expunging.objects.get(pk=asked.pk)
        one.pk, one.ref, one.status, one.subject, one.decided_because = None, f"X-{number}", status, {}, why
        one.decided_at, one.decided_by = asked.requested_at, exchange.OPERATOR.actor
        one.done_at = asked.requested_at if status == Status.DONE else None
        one.save()


def _data() -> frozenset[str]:
    """Whatever people sent or are called, and labels that are alike; not the codes, which pages show by their labels."""
    found: set[str] = {f"{kind}.csv" for kind in dictionary().records}
    found |= {exchange.OPERATOR.actor, *Submission.objects.values_list("ref", flat=True)}
    found.update(SubmissionPart.objects.values_list("file_name", flat=True))
    found.update(text for names in User.objects.values_list("name", "email") for text in names)
    for kind, model in ROWS.items():
        free = [e.key for e in dictionary().records[kind].elements if not e.code_set and e.key not in NUMBERS]
        for row in model._default_manager.values_list(*free):
            found.update(value for value in row if isinstance(value, str))
    for child in Child.objects.all():
        found.update((f"{child.first_name} {child.middle_name}", f"{child.last_name_1} {child.last_name_2}"))
        found.add(f"{child.first_name} {child.last_name_1} {child.last_name_2}")
        whole = (child.first_name, child.middle_name, child.last_name_1, child.last_name_2, child.suffix)
        found.add(" ".join(filter(None, whole)))
        found.update(filter(None, (child.mother, child.father)))
    for asked in Expunging.objects.all():
        found.update((asked.ref, asked.reason, asked.requested_by, asked.decided_because))
    found.update(filter(None, Finding.objects.values_list("value", flat=True)))
    for contact in Contact.objects.values_list("name", "title", "email"):
        found.update(filter(None, contact))
    for name, code in Place.objects.values_list("name", "code"):
        found.update((name, code))
    found.update(spanish for (*_place, english), spanish in labels.spanish().items() if english == spanish)
    for state in states().values():
        found.update((state.name, state.code))
    return frozenset(piece for text in found for piece in pieces(text))


def _asked(client: Client, url: str, language: str) -> str:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(url)
    if "text/html" not in answer.get("Content-Type", "") or answer.status_code in (301, 302):
        return ""
    return answer.content.decode()


def _urls(world: World) -> Iterator[str]:
    """Every address with its samples; those with a changing part also with each of its values."""
    for address in addresses():
        if address.name in {"account_logout", "people:sign_out", "children:print"}:
            continue
        found = {part: one.value(world) for part in address.parts if (one := sample(address.name, part))}
        yield reverse(address.name, kwargs=found)
    yield from (reverse("children:section", args=[world.child.ref, part]) for part in PARTS)
    yield from (reverse("expunging:request", args=[one.ref]) for one in Expunging.objects.all())
    yield from (reverse("help:topic", args=[key]) for key in TOPICS)
    yield from (reverse("help:record_type", args=[key]) for key in dictionary().records)


def _found(client: Client) -> Iterable[str]:
    """The addresses of searches: one that finds somebody, one that does not, one that finds too many."""
    for text in ("maria", "maria 2014", "zzzz 1/1/1999"):
        answer = client.post(reverse("children:search"), {"text": text, "state": "TX"})
        if answer.status_code == 302:
            yield answer.headers["Location"]


@pytest.mark.parametrize("role", ["nobody", *ROLES])
def test_a_page_in_spanish_says_nothing_in_english(filled: Exchange, role: str) -> None:
    client: Any = Client(raise_request_exception=False)
    data = filled.data
    urls = [*_urls(filled.world), "/nothing/"]
    if role != "nobody":
        user = person(role, "TX")
        client.force_login(user)
        prepare(client, hats.of(user)[0])
        urls += _found(client)
    left: dict[str, str] = {}
    for url in urls:
        for text in left_over(_asked(client, url, "en"), _asked(client, url, "es"), data):
            left.setdefault(text, url)
    assert not left, "\n".join(f"{url}: {text}" for text, url in sorted(left.items()))
