"""What is worked out before its turn holds only if nobody decided anything meanwhile; then the end is as if it had been worked out in its turn."""

from collections.abc import Callable

import pytest

from openmsix.identity import actions, candidates, planning
from openmsix.identity.models import KnownDifferent, Link
from openmsix.intake.models import Submission
from openmsix.matching.model import Model
from openmsix.records.models import StateRecord
from tests.integration.drawn import BY, LUPE, Student, store, submission, take_in
from tests.integration.test_identity import BEN, LUPE_ELSEWHERE

pytestmark = pytest.mark.django_db


def waiting(state: str, *students: Student) -> Submission:
    sent = submission(state)
    store(sent, list(students))
    return sent


def child_of(state: str, ssid: str) -> str:
    return Link.objects.live().get(state_code=state, state_record__state_student_id=ssid).msix_id


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], list[int]]:
    """Let something happen once, between the plan and its turn; how many plans were made stands in the answer."""

    def arrange(happens: Callable[[], object]) -> list[int]:
        made: list[int] = []
        plan = planning.plan

        def planned(sent: Submission, model: Model, **before: planning.Plan | None) -> planning.Plan:
            found = plan(sent, model, **before)
            made.append(sent.pk)
            if len(made) == 1:
                happens()
            return found

        monkeypatch.setattr(planning, "plan", planned)
        return made

    return arrange


@pytest.mark.parametrize("few", [0, candidates.FEW])
def test_a_child_that_came_between_plan_and_turn_is_found(
    few: int, meanwhile: Callable[[Callable[[], object]], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "FEW", few)
    sent = waiting("CA", Student("C1", says=LUPE_ELSEWHERE), Student("C2", says=BEN))
    plans = meanwhile(lambda: take_in("TX", Student("T1", says=LUPE)))
    linked = actions.link(submission=sent, by=BY)
    assert child_of("CA", "C1") == child_of("TX", "T1") != child_of("CA", "C2")
    assert (linked.matched, linked.new) == (1, 1)
    assert plans.count(sent.pk) == 2


def test_a_plan_holds_if_nobody_decided_anything(
    meanwhile: Callable[[Callable[[], object]], list[int]],
) -> None:
    take_in("TX", Student("T1", says=LUPE))
    sent = waiting("CA", Student("C1", says=LUPE_ELSEWHERE))
    plans = meanwhile(lambda: waiting("WA", Student("W1", says=BEN)))
    actions.link(submission=sent, by=BY)
    assert child_of("CA", "C1") == child_of("TX", "T1")
    assert plans == [sent.pk]


def test_people_who_find_two_records_different_between_plan_and_turn_are_heard(
    meanwhile: Callable[[Callable[[], object]], list[int]],
) -> None:
    take_in("TX", Student("T1", says=LUPE))
    sent = waiting("CA", Student("C1", says=LUPE_ELSEWHERE))

    def find_different() -> None:
        left, right = StateRecord.objects.order_by("pk")
        KnownDifferent.objects.create(
            left=left, right=right, decided_at=sent.received_at, decided_by="a person", reason="twins"
        )

    meanwhile(find_different)
    actions.link(submission=sent, by=BY)
    assert child_of("CA", "C1") != child_of("TX", "T1")


def test_what_others_decide_again_and_again_is_waited_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = waiting("CA", Student("C1", says=LUPE_ELSEWHERE))
    numbers = iter(range(100))
    plan = planning.plan

    def planned(one: Submission, model: Model, **before: planning.Plan | None) -> planning.Plan:
        found = plan(one, model, **before)
        number = next(numbers)
        if one == sent and number < 20:
            monkeypatch.setattr(planning, "plan", plan)
            take_in("TX", Student(f"T{number}", says=LUPE if number == 0 else BEN))
            monkeypatch.setattr(planning, "plan", planned)
        return found

    monkeypatch.setattr(planning, "plan", planned)
    monkeypatch.setattr(actions, "PLANS", 2)
    actions.link(submission=sent, by=BY)
    assert child_of("CA", "C1") == child_of("TX", "T0")
