"""Handing whole files to the exchange: at once when their sender says that they are whole, and again by itself where a fault stood in the way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import close_old_connections, connection

from openmsix import flow
from openmsix.accounts import sftp_keys
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted
from openmsix.deadlines import clock
from openmsix.intake import faults, limits
from openmsix.intake.arrival import NotReceived
from openmsix.intake.models import Submission
from openmsix.intake.words import as_runs
from openmsix.logs import tell

from .area import Area, Whole

RECEIVED, REFUSED, WAITING = ".received.txt", ".refused.txt", ".waiting.txt"


@dataclass(frozen=True)
class Outcome:
    """What became of a file: the ending of its notice, and the notice."""

    ending: str
    text: str


@dataclass
class Desk:
    """Receives what is whole in the areas under a folder, each file by one thread at a time."""

    folder: Path
    at_hand: set[Path] = field(default_factory=set)
    why_waiting: dict[Path, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def area(self, state_code: str) -> Area:
        """The area of a State, made if it is not there."""
        area = Area(self.folder / state_code)
        area.make()
        return area

    def areas(self) -> list[Area]:
        """Those of all States that have one."""
        return [Area(path) for path in sorted(self.folder.iterdir()) if path.is_dir()]

    def receive(self, area: Area, one: Whole) -> Outcome:
        """Hand one file to the exchange, by the hat of the key with which it was sent, and leave a notice. Never raises for a fault of ours."""
        with self._turn(one) as is_mine:
            if not is_mine or not one.path.exists():
                return Outcome(WAITING, _notice(one.name, "It is being received."))
            try:
                outcome = _handed_in(one)
                area.notify(one.name, outcome.ending, outcome.text)
                area.done(one)
            except Exception as fault:
                return self._wait(one, fault)
            self.why_waiting.pop(one.path, None)
            return outcome

    def receive_all(self) -> int:
        """Try all that waits; how many wait still."""
        left = 0
        for area in self.areas():
            for one in area.whole():
                left += self.receive(area, one).ending == WAITING
        return left

    def waiting(self, area: Area) -> dict[str, str]:
        """The files of an area that are whole and not received yet, each with its notice."""
        told = {one.name: self.why_waiting.get(one.path, "It is being received.") for one in area.whole()}
        return {name: _notice(name, words) for name, words in told.items()}

    @contextmanager
    def _turn(self, one: Whole) -> Iterator[bool]:
        with self._lock:
            is_mine = one.path not in self.at_hand
            self.at_hand.add(one.path)
        try:
            yield is_mine
        finally:
            if is_mine:
                self.at_hand.discard(one.path)

    def _wait(self, one: Whole, fault: Exception) -> Outcome:
        words = faults.waiting(fault, "receiving")
        if self.why_waiting.get(one.path) != words:
            tell("drop_box.waits", exc=fault)  # once
        self.why_waiting[one.path] = words
        return Outcome(WAITING, _notice(one.name, words))


def _handed_in(one: Whole) -> Outcome:
    """What the exchange says to a file."""
    if why := limits.speaks_against(one.path, one.name):
        return Outcome(REFUSED, _notice(one.name, f"It was not received. {why}"))
    close_old_connections()
    try:
        hat = sftp_keys.hat_of_number(one.key, even_if_ended=True)
        if hat is None:
            raise NotReceived("The key with which it was sent is not known.")
        return Outcome(
            RECEIVED, _notice(one.name, _received(flow.receive(path=one.path, file_name=one.name, by=hat)))
        )
    except (NotReceived, NotPermitted) as why:
        return Outcome(REFUSED, _notice(one.name, f"It was not received. {why}"))
    finally:
        close_old_connections()


def _received(submission: Submission) -> str:
    ref = submission.ref
    if day := submission.received_before:
        return f"It was received already on {day:%Y-%m-%d} as {ref}; nothing changed. The receipt: {ref}.csv, {ref}.json."
    if more := as_runs(submission.missing_parts):
        return f"It was received as a part of {ref}. Nothing is checked until these parts have come: {more}."
    return f"It was received as {ref}. {ref}.status.txt tells how far it is; the receipt will be {ref}.csv and {ref}.json."


def _notice(name: str, words: str) -> str:
    return f"{name}\n{words}\n{clock.now():%Y-%m-%d %H:%M} UTC\n"


def has_hat(key: int) -> Hat | None:
    """The hat of a key; none if it was ended while its session goes on."""
    close_old_connections()
    try:
        return sftp_keys.hat_of_number(key)
    finally:
        connection.close_if_unusable_or_obsolete()
