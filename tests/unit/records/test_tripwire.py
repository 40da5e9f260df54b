"""When a submission waits for a person."""

from datetime import date

import pytest

from openmsix.records.tripwire import RULES, Closing, rule_on


@pytest.mark.parametrize(
    ("would_close", "live", "waits"),
    [
        (0, 0, False),
        (2, 2, False),  # so few are nobody's truncated export
        (2, 3, True),
        (19, 19, True),
        (10, 20, False),  # exactly a half
        (11, 20, True),
        (20, 20, True),
        (20, 200, False),  # exactly a tenth
        (21, 200, True),
        (1_000, 100_000, False),
        (10_001, 100_000, True),
    ],
)
def test_more_than_the_share_and_at_least_the_number_waits(would_close: int, live: int, waits: bool) -> None:
    assert Closing(would_close, live).waits(date(2026, 11, 23)) is waits


def test_the_rule_of_the_day_holds() -> None:
    assert rule_on(date(2026, 11, 23)) == RULES[-1]
    assert list(RULES) == sorted(RULES, key=lambda rule: rule.since)
