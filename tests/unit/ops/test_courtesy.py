"""Who has many students at hand waits for those who have few, and not for ever."""

import threading
import time

import pytest

from openmsix.ops import jobs
from openmsix.ops.courtesy import Courtesy

LONG = 30.0
"""Seconds, for what is ended by somebody else."""


def _waiting(courtesy: Courtesy, longest: float = LONG) -> threading.Thread:
    thread = threading.Thread(target=courtesy.wait, args=(longest,))
    thread.start()
    return thread


def test_the_many_wait_until_the_few_are_done() -> None:
    courtesy = Courtesy()
    with courtesy.first():
        waiting = _waiting(courtesy)
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(LONG)
    assert not waiting.is_alive()


def test_the_many_wait_for_all_of_the_few() -> None:
    courtesy = Courtesy()
    with courtesy.first():
        with courtesy.first():
            waiting = _waiting(courtesy)
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(LONG)


def test_the_many_go_on_though_the_few_never_end() -> None:
    courtesy = Courtesy()
    with courtesy.first():
        waiting = _waiting(courtesy, 0.05)
        waiting.join(LONG)
        assert not waiting.is_alive()


def test_the_many_go_on_after_a_fault_of_the_few() -> None:
    courtesy = Courtesy()
    with pytest.raises(ValueError), courtesy.first():
        raise ValueError
    courtesy.wait()


def test_nobody_waits_where_nobody_has_few() -> None:
    begun = time.monotonic()
    Courtesy().wait(LONG)
    assert time.monotonic() - begun < LONG


@pytest.mark.parametrize(("done", "total", "waits"), [(0, 5, False), (3, 5, True), (5, 5, False)])
def test_the_many_wait_between_two_pieces_and_not_in_the_transaction_that_begins_a_step(
    monkeypatch: pytest.MonkeyPatch, done: int, total: int, waits: bool
) -> None:
    waited: list[bool] = []
    monkeypatch.setattr(jobs.COURTESY, "wait", lambda: waited.append(True))
    jobs._let_the_few_go_first("Publishing", done, total)
    assert waited == ([True] if waits else [])
