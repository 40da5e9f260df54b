"""Kept files and journal bring back the same records, versions, links, MSIX IDs and receipts."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from openmsix import flow
from openmsix import replay as conductor
from openmsix.deadlines import clock
from openmsix.intake.models import Submission
from openmsix.places import actions as places
from openmsix.synth import changes, nation, write
from openmsix.synth.nation import Nation
from tests import parts
from tests.integration import exchange
from tests.integration.exchange import OPERATOR, Held, differing, held

pytestmark = pytest.mark.django_db
ENDED_TASKS = "tasks"
TODAY = clock.today()
A_MONTH_LATER = TODAY + timedelta(days=changes.DAYS_LATER)


@pytest.fixture(autouse=True)
def kept_folder(tmp_path: Path) -> Iterator[Path]:
    with parts.kept_in(tmp_path / "kept") as folder:
        yield folder


def silent(step: str, done: int, total: int) -> None: ...


def rebuilt_after(way: Callable[[], object]) -> tuple[Held, Held]:
    """What the exchange held after it went this way, and what it holds when it is rebuilt in an empty database."""
    with transaction.atomic():
        way()
        before = held(by_name=True)
        transaction.set_rollback(True)
    assert not Submission.objects.exists()
    conductor.rebuild(report=silent)
    return before, held(by_name=True)


def differences(before: Held, after: Held) -> dict[str, Any]:
    return differing(before, after, parts=[part for part in before if part != ENDED_TASKS])


def two_months(made: Nation, folder: Path) -> tuple[list[Path], list[Path], list[Path]]:
    """The files of the States of a nation, of a month later the changes, and all of it once more the day after."""
    later = changes.make_changes(made, 0.3, seed=8)
    again = changes.again(later.after, A_MONTH_LATER + timedelta(days=1))
    return (
        write.write(made, folder / "first"),
        [
            path
            for state in made.sending()
            for path in write.write_state(later.delta, state, folder / "delta")
        ],
        [path for state in made.sending() for path in write.write_state(again, state, folder / "again")],
    )


def test_a_nation_of_two_months_comes_back(tmp_path: Path) -> None:
    made = nation.make(children=120, states=["TX", "CA"], seed=3, noise=1.0, today=TODAY)
    first, delta, again = two_months(made, tmp_path)
    places.load(folder=tmp_path / "first" / "places", by=OPERATOR)

    def way() -> None:
        exchange.take_in(*first)
        with clock.fixed(A_MONTH_LATER):
            exchange.take_in(*delta)
        with clock.fixed(A_MONTH_LATER + timedelta(days=1)):
            for one in exchange.take_in(*again):
                if one.status == "waiting":
                    flow.confirm(submission=one, by=OPERATOR, reason="as meant")
                    flow.take_in(one.pk)

    before, after = rebuilt_after(way)
    assert len(before["all links"]) > 120
    assert differences(before, after) == {}
