"""How the exchange is doing: one set of facts (`facts`, asked by `asking`), one judgement (`judging`), for the operator's page, `openmsix status` and
the metrics. Whether it can do its work at all says `ready`.
"""

from typing import Any

from .facts import LEFT_ALONE, Health
from .judging import Trouble, is_well, troubles
from .telling import as_text

__all__ = ["LEFT_ALONE", "Health", "Trouble", "as_data", "as_text", "is_well", "report", "troubles"]


def report() -> Health:
    """Look at everything once."""
    # Not above: facts and rules can be read, as the documentation does, without a database behind them.
    from . import asking, ready

    return asking.report(ready.faults())


def as_data(health: Health) -> dict[str, Any]:
    """Facts and judgement as plain data."""
    found = [
        {"name": each.rule.name, "grave": each.rule.grave, "words": each.in_words, "mend": each.mend}
        for each in troubles(health)
    ]
    return {"well": is_well(health), "troubles": found, **health.as_data()}
