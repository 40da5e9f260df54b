"""The statuses of a submission."""

from openmsix.intake.actions_table import ACTIONS, OUTCOMES, STANDINGS
from openmsix.intake.checks import CHECKS
from openmsix.intake.states import AT_REST, RUNNING, TRANSITIONS, WHY, Status, may_go


def test_every_status_has_its_row_and_every_way_its_reason() -> None:
    assert set(TRANSITIONS) == set(Status)
    ways = {(status, then) for status, following in TRANSITIONS.items() for then in following}
    assert {way for way in ways if way[1] != Status.FAILED} == set(WHY)


def test_every_status_can_be_reached_and_ends_somewhere() -> None:
    reached = {Status.RECEIVING}
    while more := {then for status in reached for then in TRANSITIONS[status]} - reached:
        reached |= more
    assert reached == set(Status)
    assert {status for status, following in TRANSITIONS.items() if not following} == AT_REST


def test_what_runs_can_fail_and_what_rests_stays() -> None:
    assert all(may_go(status, Status.FAILED) for status in RUNNING)
    assert not any(may_go(status, then) for status in AT_REST for then in Status)


def test_every_action_has_an_outcome_in_every_standing_and_its_finding_is_a_check() -> None:
    assert set(OUTCOMES) == {(action, standing) for action in ACTIONS for standing in STANDINGS}
    names = {check.name for check in CHECKS}
    assert {outcome.finding for outcome in OUTCOMES.values()} - {""} <= names
