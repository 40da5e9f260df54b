"""In which order submissions are taken in that wait: no State goes before another for sending more."""

from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from openmsix import flow, staging
from openmsix.ops.setup import OPERATOR
from tests import parts
from tests.integration.texas import Texas

pytestmark = pytest.mark.django_db


def _priority_of_the_next(state: Texas) -> int:
    path = state.file({"S1": f"Ana {state.hour}"}, kind="delta")
    flow.receive(path=path, file_name=path.name, by=OPERATOR)
    return int(ProcrastinateJob.objects.latest("pk").priority)


@pytest.mark.parametrize("first_one_is", ["todo", "doing"])
def test_a_state_whose_submission_waits_or_is_at_hand_comes_after_one_that_has_none(
    tmp_path: Path, first_one_is: str
) -> None:
    with parts.kept_in(tmp_path / "kept"):
        texas, ohio = Texas(tmp_path), Texas(tmp_path, state="OH")
        _priority_of_the_next(texas)
        staging.run("UPDATE procrastinate_jobs SET status = %s", [first_one_is])
        second = _priority_of_the_next(texas)
        assert second < _priority_of_the_next(ohio)
        assert second > _priority_of_the_next(texas)
