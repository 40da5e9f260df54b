"""What stands in the changing parts of addresses when a test walks over every address of the site.

A new kind of page adds its part here: by the name of the address if it is one address's own, else by the room
it stands in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from openmsix.accounts.hats import Hat
from openmsix.dictionary import dictionary
from openmsix.intake.models import Submission
from openmsix.students.models import Child
from tests.children import enrolled, named, say
from tests.people import places_in

STATE = "TX"


@dataclass(frozen=True)
class World:
    """What there is to see: a child whose only record Texas sent, in a submission of Texas."""

    child: Child
    submission: Submission


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
    ("children", "language"): Sample(lambda world: "es"),
    ("submissions", "ref"): Sample(lambda world: world.submission.ref, _of_the_state),
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
    return World(child=Child.objects.get(), submission=record.versions.get().submission)
