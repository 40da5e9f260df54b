"""How well the one search box finds made-up children: `python -m tests.benchmarks.search_quality`.

Works on the installation in `OPENMSIX_HOME` (`openmsix demo` makes one). Draws children, writes what is known of each in many
ways, as people in offices do, and tells how often the child stands first, and among the first three, and how long it took.
Searches are rolled back: the audit of the installation keeps none of them.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from openmsix.matching.names import fold, nicknames
from openmsix.ops.ready import django_ready

if TYPE_CHECKING:
    from openmsix.students.models import Child

parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search_quality", description=__doc__)
parser.add_argument("--children", type=int, default=500, help="how many children are drawn")
parser.add_argument("--seed", type=int, default=1)

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SOUNDS = (("z", "s"), ("v", "b"), ("ce", "se"), ("ll", "y"), ("h", ""), ("qu", "k"), ("j", "x"))
SHORT = {name: short for short, name in nicknames().items()}


@dataclass
class Known:
    """What somebody knows of a child, and the chance by which it is written down wrongly."""

    child: "Child"
    chance: random.Random

    @property
    def given(self) -> str:
        """The first given name and the middle name."""
        return f"{self.child.first_name} {self.child.middle_name}".strip()

    @property
    def born(self) -> date:
        """The birth date."""
        assert self.child.birth_date is not None
        return self.child.birth_date

    @property
    def day(self) -> str:
        """The birth date as offices write it."""
        return f"{self.born:%m/%d/%Y}"

    def all_names(self) -> str:
        """Every name of the child."""
        return f"{self.given} {self.child.last_name_1} {self.child.last_name_2}".strip()

    def typo(self, word: str) -> str:
        """The word with one letter wrong, lost, doubled, or changed about with its neighbour."""
        at = self.chance.randrange(1, max(len(word), 2))
        before, letter, after = word[:at], word[at : at + 1], word[at + 1 :]
        other = self.chance.choice(LETTERS)
        return self.chance.choice(
            (
                before + other + after,
                before + after,
                before + letter * 2 + after,
                before + after[:1] + letter + after[1:],
            )
        )

    def misheard(self, word: str) -> str:
        """The word as it is heard and spelled by ear."""
        word = fold(word)
        for spelled, heard in SOUNDS:
            word = word.replace(spelled, heard, 1)
        return word

    def wrong_digit(self) -> str:
        """The birth date with one digit of the day wrong."""
        day = self.born.day
        near = [other for other in (day - 1, day + 1, day - 10, day + 10) if 1 <= other <= 28]
        return f"{self.born:%m}/{self.chance.choice(near):02}/{self.born:%Y}"


def _swapped(known: Known) -> str:
    child = known.child
    return f"{known.given} {child.last_name_2} {child.last_name_1} {known.day}"


def _nickname(known: Known) -> str:
    first, *_ = fold(known.child.first_name).split() or [""]
    return f"{SHORT.get(first, first)} {known.child.last_name_1} {known.day}"


def _parent(known: Known) -> str:
    mother = known.child.mother.split() or [""]
    return f"{known.child.first_name} {mother[0]} {known.born:%Y}"


def _state_id(known: Known) -> str:
    row = known.child.search_rows.order_by("state_record_id").first()
    assert row is not None
    return f"{row.state_code} {row.state_student_id}"


WAYS: Mapping[str, Callable[[Known], str]] = {
    "all names and birth date": lambda k: f"{k.all_names()} {k.day}",
    "one given name, one surname, birth date": lambda k: (
        f"{k.child.first_name} {k.child.last_name_1} {k.day}"
    ),
    "surnames swapped, birth date": _swapped,
    "surnames hyphenated, birth date": lambda k: (
        f"{k.child.first_name} {k.child.last_name_1}-{k.child.last_name_2} {k.day}"
    ),
    "no accents, capitals, surname first": lambda k: (
        fold(f"{k.child.last_name_1} {k.child.last_name_2} {k.given}").upper() + f" {k.day}"
    ),
    "nickname, surname, birth date": _nickname,
    "day and month swapped": lambda k: f"{k.child.first_name} {k.child.last_name_1} {k.born:%d/%m/%Y}",
    "one digit of the birth date wrong": lambda k: (
        f"{k.child.first_name} {k.child.last_name_1} {k.wrong_digit()}"
    ),
    "a slip in the surname, birth date": lambda k: (
        f"{k.child.first_name} {k.typo(fold(k.child.last_name_1))} {k.day}"
    ),
    "a slip in the given name, birth date": lambda k: (
        f"{k.typo(fold(k.child.first_name))} {k.child.last_name_1} {k.day}"
    ),
    "spelled by ear, birth date": lambda k: (
        f"{k.misheard(k.child.first_name)} {k.misheard(k.child.last_name_1)} {k.day}"
    ),
    "beginnings of names, birth date": lambda k: (
        f"{k.child.first_name[:4]} {k.child.last_name_1[:4]} {k.day}"
    ),
    "given name and birth date": lambda k: f"{k.child.first_name} {k.day}",
    "second surname and birth date": lambda k: f"{k.child.last_name_2 or k.child.last_name_1} {k.day}",
    "all names, no birth date": lambda k: k.all_names(),
    "one given name, both surnames": lambda k: (
        f"{k.child.first_name} {k.child.last_name_1} {k.child.last_name_2}"
    ),
    "one given name, one surname": lambda k: f"{k.child.first_name} {k.child.last_name_1}",
    "names and year": lambda k: f"{k.child.first_name} {k.child.last_name_1} {k.born:%Y}",
    "given name, mother's given name, year": _parent,
    "MSIX ID in fours": lambda k: f"{k.child.pk[:4]} {k.child.pk[4:8]} {k.child.pk[8:]}",
    "State and State Student Identifier": _state_id,
}
"""What is typed, by its kind; each of what is known of one child."""


@dataclass
class Measured:
    """How the searches of one kind went."""

    places: list[int] = field(default_factory=list)  # of the child among the results, from 1; 0: not found
    seconds: list[float] = field(default_factory=list)

    def share(self, most: int) -> float:
        """The share of searches in which the child stood among the first so many."""
        return sum(0 < place <= most for place in self.places) / len(self.places)

    @property
    def p95(self) -> float:
        """Seconds within which 95 of 100 searches were answered."""
        return statistics.quantiles(self.seconds, n=20)[-1]


def measure(*, children: int, seed: int) -> dict[str, Measured]:
    """Search for drawn children in every way; nothing is kept."""
    from django.db import transaction

    from openmsix.accounts.hats import NATION_PATH, Hat
    from openmsix.accounts.roles import ROLES
    from openmsix.students.candidates import Filters
    from openmsix.students.models import Child
    from openmsix.students.search import search

    by = Hat(None, "benchmark", ROLES["primary"], 0, NATION_PATH, "", "benchmark")
    chance = random.Random(seed)  # the draw must come again
    every = Child.objects.live().exclude(birth_date=None).order_by("msix_id").values_list("pk", flat=True)
    drawn = [Child.objects.get(pk=pk) for pk in chance.sample(list(every), children)]
    measured = {kind: Measured() for kind in WAYS}
    for child in drawn:
        for kind, write in WAYS.items():
            text = write(Known(child, chance))
            with transaction.atomic():
                started = time.perf_counter()
                found = search(text, Filters(), by=by)
                measured[kind].seconds.append(time.perf_counter() - started)
                transaction.set_rollback(True)
            places = {hit.child.pk: place for place, hit in enumerate(found.hits, start=1)}
            measured[kind].places.append(places.get(child.pk, 0))
    return measured


def table(measured: Mapping[str, Measured]) -> str:
    """One line a kind, and one for all."""
    every = Measured(
        [place for one in measured.values() for place in one.places],
        [seconds for one in measured.values() for seconds in one.seconds],
    )
    lines = [f"{'what is typed':42} first  top 3  top 50  p95"]
    lines += [
        f"{kind:42} {one.share(1):5.1%}  {one.share(3):5.1%}  {one.share(50):5.1%}  {one.p95 * 1000:4.0f} ms"
        for kind, one in {**measured, "all": every}.items()
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    options: Any = parser.parse_args()
    django_ready()
    print(table(measure(children=options.children, seed=options.seed)))


if __name__ == "__main__":
    main()
