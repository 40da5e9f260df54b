"""The page of what the log says, written from the declarations."""

import logging

from openmsix.dictionary.markdown import table

from .events import EVENTS
from .fields import FIELDS

LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)


def page() -> str:
    """`log-lines.md`."""
    lines = [
        "# The lines of the log",
        "",
        "This page is made from `openmsix.logs`. Do not edit it.",
        "",
        "Each line is one event with plain fields. What is not on the list of fields, or does not look as its field says, is left out: no name, birth",
        "date, address or text that somebody typed comes into a log. Lines of other packages have the event `log` and pass the same gate: their message is told",
        "only where it stands word for word in the program, and of a fault its kinds and places, never its words.",
        "",
        "## Events",
        "",
        table(
            ("event", "level", "in words at a terminal", "fields"),
            (
                (f"`{each.name}`", logging.getLevelName(each.level), each.words, ", ".join(each.fields))
                for level in LEVELS
                for each in EVENTS.values()
                if each.level == level
            ),
        ),
        "## Fields",
        "",
        "Beside `time`, `level` and `event`; a line of another package also has `logger` and `message`. `request`, `submission`, `state` and `job` stand in every line",
        "that is written while one is at hand.",
        "",
        table(("field", "what it says"), ((f"`{each.name}`", each.meaning) for each in FIELDS.values())),
    ]
    return "\n".join(lines)
