"""What the worker says of a database that goes and comes."""

import pytest

from openmsix.ops.commands.worker import Away


def test_that_the_database_is_away_and_that_it_is_back_is_said_once_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = Away()
    away.came_back()
    for _ in range(3):
        away.went()
    for _ in range(3):
        away.came_back()
    assert capsys.readouterr().err.splitlines() == [
        "The database went away, or refuses the work; waiting until it is back.",
        "The database is back; going on.",
    ]


def test_a_database_that_comes_and_goes_is_not_told_of_every_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = Away()
    for _ in range(5):
        away.went()
        away.came_back()
    assert len(capsys.readouterr().err.splitlines()) == 2
