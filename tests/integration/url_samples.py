"""What stands in the changing parts of addresses when a test walks over every address of the site.

A new kind of page adds its part here: by the name of the address if it is one address's own, else by the room
it stands in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.dictionary import dictionary
from openmsix.expunge import actions, subjects
from openmsix.expunge.models import Expunging
from openmsix.identity.models import Link
from openmsix.intake.models import Submission
from openmsix.records.models import StateRecord
from openmsix.students.models import Child
from openmsix.students.queries import open_record
from openmsix.web.children import pictures
from openmsix.web.children.pictures import Picture
from tests.children import enrolled, named, say
from tests.people import BY, hat, places_in

STATE = "TX"


@dataclass(frozen=True)
class World:
    """What there is to see: a child whose only record Texas sent, in a submission of Texas; and that somebody asked to expunge it."""

    child: Child
    submission: Submission
    picture: Picture
    asked: Expunging


@dataclass(frozen=True)
class Sample:
    """A value for a changing part, and which of the hats that may open the page are shown what it stands for."""

    value: Callable[[World], str]
    shown_to: Callable[[Hat], bool] = lambda hat: True


def _reaches_the_child(hat: Hat) -> bool:
    return hat.reach == "all" or (hat.reach == "state" and hat.state_code == STATE)


def _of_the_state(hat: Hat) -> bool:
    return hat.state_code in ("", STATE)


# By (name of the address, part) or (room, part).
SAMPLES: dict[tuple[str, str], Sample] = {
    ("children", "ref"): Sample(lambda world: world.child.ref, _reaches_the_child),
    ("children", "part"): Sample(lambda world: "moves"),
    ("children", "name"): Sample(lambda world: world.picture.name),
    ("children", "digest"): Sample(lambda world: world.picture.digest),
    # What somebody else searched for: nobody is shown it.
    ("children", "token"): Sample(lambda world: "anothers", lambda hat: False),
    ("submissions", "ref"): Sample(lambda world: world.submission.ref, _of_the_state),
    ("expunging", "ref"): Sample(lambda world: world.asked.ref, _of_the_state),
    ("expunging", "child"): Sample(lambda world: world.child.ref, lambda hat: hat.state_code == STATE),
    ("expunging", "submission"): Sample(lambda world: world.submission.ref, _of_the_state),
    # No task waits in this world: nobody is shown one.
    ("tasks", "number"): Sample(lambda world: "1", lambda hat: False),
    ("tasks", "child"): Sample(lambda world: world.child.ref, _reaches_the_child),
    # No other child is there to be merged with.
    ("tasks", "other"): Sample(lambda world: "another", lambda hat: False),
    ("tasks", "ref"): Sample(lambda world: "M-20261126-ABCD", lambda hat: False),
    ("quality", "name"): Sample(lambda world: "placed"),
    ("quality", "digest"): Sample(lambda world: "0123456789abcdef"),
    ("home:retry", "ref"): Sample(lambda world: world.submission.ref),
    ("operating", "digest"): Sample(lambda world: "0123456789abcdef"),
    ("help:record_type", "key"): Sample(lambda world: next(iter(dictionary().records))),
    ("help:topic", "key"): Sample(lambda world: "search"),
    ("account_reset_password_from_key", "uidb36"): Sample(lambda world: "1"),
    ("account_reset_password_from_key", "key"): Sample(lambda world: "no-such-key"),
}


def sample(name: str, part: str) -> Sample | None:
    """What stands in this part of this address."""
    return SAMPLES.get((name, part)) or SAMPLES.get((name.split(":")[0], part))


def make_world() -> World:
    """One child of Texas, as a published submission leaves it."""
    places_in(STATE)
    record = say(
        "100000000001",
        STATE,
        "T1",
        named("Ana", "Ruiz", date(2015, 3, 12)),
        enrollments=[enrolled(date(2026, 8, 20), school_or_project_name="TX Lincoln Elementary")],
    )
    child = Child.objects.get()
    shown = open_record(ref=child.ref, by=BY, purpose="enrollment")
    with override("en"):  # a page of another test may have left its own language
        picture = pictures.of(shown)[0]
    return World(child, record.versions.get().submission, picture, ask(child))


def ask(child: Child) -> Expunging:
    """Somebody of Texas has asked that the State's record of a child is expunged."""
    record = StateRecord.objects.get(
        state_code=STATE, pk__in=Link.objects.live().of_child(child.msix_id).values("state_record")
    )
    subject = subjects.of_student(STATE, record.state_student_id, record.state_student_id_type)
    return actions.request(
        subject=subject, reason="sent in error", by=hat("state_data_administrator", STATE, number=2)
    )


def prepare(client: Client, hat: Hat) -> None:
    """Answer what a session asks before it shows a child: for what purpose."""
    if hat.may(Permission.OPEN_RECORD):
        assert client.post(reverse("children:purpose"), {"purpose": "enrollment"}).status_code == 302
