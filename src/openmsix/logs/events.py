"""What we tell the log: every event by its name, with its level and its words for people at a terminal."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

EVENT, FIELDS_GIVEN = "openmsix_event", "openmsix_fields"
log = logging.getLogger("openmsix")


@dataclass(frozen=True)
class Event:
    """One kind of line. `words` are filled in with its fields, for people at a terminal."""

    name: str
    level: int
    words: str
    fields: tuple[str, ...]


_ALL = (
    Event("request", logging.INFO, "{status} {method} {route} {ms} ms", ("method", "route", "status", "ms", "role")),
    Event("probe", logging.DEBUG, "{status} {route} {ms} ms", ("method", "route", "status", "ms")),
    Event("request.refused", logging.WARNING, "{status} refused at {route}", ("route", "status")),
    Event("request.wrong_host", logging.ERROR, "{status} refused: the host {host} is not in OPENMSIX_HOSTS", ("status", "host")),
    Event("request.no_database", logging.ERROR, "503 at {route}: the database is away", ("route", "status", "fault", "sqlstate")),
    Event("request.fault", logging.ERROR, "{status} at {route}: {fault}", ("route", "status", "fault", "sqlstate", "constraint", "at")),
    Event("stage.done", logging.INFO, "{submission} {stage} done in {seconds} s", ("submission", "state", "stage", "seconds")),
    Event("stage.broken", logging.WARNING, "{submission} {stage} broke off after {seconds} s: {fault}", ("submission", "state", "stage", "seconds", "fault", "sqlstate", "constraint", "at")),
    Event("submission.done", logging.INFO, "{submission} is {standing} after {seconds} s, {students} students", ("submission", "state", "standing", "seconds", "students", "rejected", "findings")),
    Event("submission.failed", logging.ERROR, "{submission} failed: {fault}", ("submission", "fault", "sqlstate", "constraint", "at")),
    Event("proposal.not_approved", logging.ERROR, "{proposal} could not be approved by the clock; it is tried again: {fault}", ("proposal", "fault", "sqlstate", "constraint", "at")),
    Event("audit.sealed", logging.DEBUG, "{rows} rows of the audit sealed", ("rows",)),
    Event("audit.not_sealed", logging.WARNING, "the audit could not be sealed just now; it is tried again: {fault}", ("fault", "sqlstate", "at")),
    Event("drop_box.fault", logging.ERROR, "the drop box could not do something: {fault}", ("fault", "sqlstate", "constraint", "at")),
    Event("drop_box.waits", logging.WARNING, "a file in an inbox waits, and is tried again: {fault}", ("fault", "sqlstate", "at")),
    Event("drop_box.full", logging.WARNING, "a connection to the drop box was refused: there are too many", ()),
    Event("drop_box.no_inboxes", logging.WARNING, "the inboxes cannot be looked at just now: {fault}", ("fault", "at")),
    Event("linking.key_left_out", logging.WARNING, "left out {values} values of block key {key}, shared by {records} records", ("key", "values", "records")),
    Event("linking.asked_without_key", logging.WARNING, "looked {records} records up without block key {key}: more than {most} share its value", ("key", "records", "most")),
    Event("linking.not_asked", logging.WARNING, "{questions} questions about {records} records are not asked: each has {most} already", ("questions", "records", "most")),
    Event("worker.started", logging.INFO, "the worker works", ()),
    Event("worker.stopped", logging.INFO, "the worker has stopped", ()),
    Event("program.fault", logging.CRITICAL, "a fault that nothing caught: {fault}", ("fault", "sqlstate", "constraint", "at")),
)  # fmt: skip

EVENTS: Mapping[str, Event] = MappingProxyType({event.name: event for event in _ALL})


def tell(event: str, *, exc: BaseException | None = None, **fields: Any) -> None:
    """Tell the log of an event.

    Args:
        event: the name of a declared one.
        exc: a fault; its kinds and places are told, never its words.
        fields: what the event says; what is not on the list of safe fields is left out.
    """
    declared = EVENTS[event]
    if log.isEnabledFor(declared.level):
        log.log(declared.level, "%s", event, exc_info=exc, extra={EVENT: event, FIELDS_GIVEN: fields})
