"""Two pictures of a child's moves: a timeline with a lane for each State, and a small map. Drawn on the server."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openmsix.deadlines import clock
from openmsix.students.record import ConsolidatedRecord, Enrollment
from openmsix.web.children import drawing
from openmsix.web.children.record_words import kind_in_words
from openmsix.web.children.words import state_name
from openmsix.web.language import day

KEPT_SECONDS = 24 * 60 * 60
DRAWING_VERSION = 2  # raise it when a drawing changes, so that kept ones are drawn anew


@dataclass(frozen=True)
class Picture:
    """A chart: its data, and the sentence that says what it shows."""

    name: str
    sentence: str
    data: Mapping[str, Any]

    @property
    def width(self) -> int:
        """Pixels across, known before it is drawn: the page leaves the room."""
        return drawing.size(self.name, self.data)[0]

    @property
    def height(self) -> int:
        """Pixels down."""
        return drawing.size(self.name, self.data)[1]

    @property
    def digest(self) -> str:
        """Sixteen letters that change with the data."""
        told = json.dumps([DRAWING_VERSION, self.name, self.data], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def svg(self) -> str:
        """The drawing; kept, for drawing takes a tenth of a second."""
        key = f"picture-{self.digest}"
        kept: str | None = cache.get(key)
        if kept is None:
            kept = drawing.DRAWN[self.name](self.data)
            cache.set(key, kept, KEPT_SECONDS)
        return kept


def of(record: ConsolidatedRecord) -> list[Picture]:
    """The pictures of a record; none of a child without moves and enrollments."""
    if not record.moves and not record.enrollments:
        return []
    return [_timeline(record), _map(record)]


def drawn(record: ConsolidatedRecord, name: str) -> Picture | None:
    """The picture of this name, if the record has it."""
    return next((picture for picture in of(record) if picture.name == name), None)


def _timeline(record: ConsolidatedRecord) -> Picture:
    today = clock.today()
    stays = [_stay(enrollment, today) for enrollment in reversed(record.enrollments)]
    marks = [
        {"state": move["to_state"] or move.state_code, "day": move.arrived.isoformat()}
        for move in record.moves
    ]
    lanes = list(dict.fromkeys(stay["state"] for stay in stays)) or [mark["state"] for mark in marks]
    lanes += [mark["state"] for mark in marks if mark["state"] not in lanes]
    data = {"lanes": lanes, "stays": stays, "moves": marks, "today": today.isoformat()}
    return Picture("timeline", _timeline_sentence(record), data)


def _stay(enrollment: Enrollment, today: date) -> dict[str, Any]:
    return {
        "state": enrollment.where,
        "from": enrollment.began.isoformat(),
        "to": (enrollment.ended or enrollment.followed_on or max(today, enrollment.began)).isoformat(),
        "kind": kind_in_words(enrollment.kind),
        "end_sent": enrollment.ended is not None or enrollment.is_open,
    }


def _timeline_sentence(record: ConsolidatedRecord) -> str:
    stays = ngettext("%(n)s enrollment", "%(n)s enrollments", len(record.enrollments)) % {
        "n": len(record.enrollments)
    }
    moves = ngettext("%(n)s qualifying move", "%(n)s qualifying moves", len(record.moves)) % {
        "n": len(record.moves)
    }
    without_end = sum(enrollment.followed_on is not None for enrollment in record.enrollments)
    if without_end:
        stays += " " + ngettext("(%(n)s without an end sent)", "(%(n)s without an end sent)", without_end) % {
            "n": without_end
        }
    days = [move.arrived for move in record.moves] + [enrollment.began for enrollment in record.enrollments]
    states = _states([enrollment.where for enrollment in record.enrollments])
    since = _("since %(day)s") % {"day": day(min(days))}
    return f"{stays}, {moves}, {since}: {states}." if states else f"{stays}, {moves}, {since}."


def _states(codes: Sequence[str]) -> str:
    return ", ".join(state_name(code) for code in dict.fromkeys(reversed(codes)))


def _map(record: ConsolidatedRecord) -> Picture:
    moves = list(reversed(record.moves))
    legs = [
        {"from": move["from_state"], "to": move["to_state"]}
        for move in moves
        if move["from_state"] and move["to_state"] and move["from_state"] != move["to_state"]
    ]
    been = [enrollment.where for enrollment in record.enrollments]
    been += [state for leg in legs for state in leg.values()] + [
        move["to_state"] for move in moves if move["to_state"]
    ]
    now = record.arrival.enrollment.where if record.arrival.enrollment else (been[0] if been else "")
    been_once = sorted(dict.fromkeys(been))
    sentence = _("States where the child was: %(states)s. Now: %(now)s.") % {
        "states": ", ".join(map(state_name, been_once)),
        "now": state_name(now),
    }
    return Picture("map", sentence, {"been": been_once, "now": now, "legs": legs})
