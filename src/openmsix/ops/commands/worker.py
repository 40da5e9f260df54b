"""`openmsix worker`: take in what waits, and seal the audit."""

import asyncio
import contextlib
import logging
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

import psycopg
import typer

from openmsix.intake.lanes import NOT_HEAVY, Lane
from openmsix.logs import configure, tell
from openmsix.ops.interrupt import end_now
from openmsix.ops.ready import django_ready
from openmsix.ops.screen import errors

if TYPE_CHECKING:
    from procrastinate import App

NAME = "worker"
SEAL_EVERY = 2.0  # seconds
AGAIN = 2.0  # seconds until a database that is away is looked for again
SAY_EVERY = 60.0  # seconds between two words about it
SWITCHES_AFTER = 0.0005
"""Seconds for which a place may keep the interpreter while another one waits for it: a tenth of Python's own, since most of the work is done outside it
in small pieces, and the next piece, for which a core is free, has to wait."""
MOST_AT_ONCE = min(2, os.cpu_count() or 1)
"""While one is stored by the database the other is read and checked here; more of them would only take memory."""


def _seal(stopped: threading.Event) -> None:
    """Chain committed audit rows every few seconds until told to stop."""
    from django.db import Error, close_old_connections

    from openmsix.audit import sealer

    while not stopped.wait(SEAL_EVERY):
        close_old_connections()
        try:
            if rows := sealer.seal_once():
                tell("audit.sealed", rows=rows)
        except Error as fault:
            tell("audit.not_sealed", exc=fault)


def _read_into_memory() -> None:
    """After a restart, have what is looked up while somebody waits in memory; without it the look-ups are only slower."""
    from django.db import Error

    from openmsix.identity import rows

    with contextlib.suppress(Error):
        rows.read_into_memory()


def command(
    concurrency: int = typer.Option(
        MOST_AT_ONCE, min=1, help="How many submissions are taken in at once, besides a few changed students."
    ),
) -> None:
    """Take in submissions as they come, and seal the audit.

    One more place is kept for submissions of a few changed students, so that they never wait for others.

    Ctrl-C or SIGTERM stops it after the job at hand; a second Ctrl-C at once, and the next worker takes the job up again.
    """
    configure.runs_long()
    sys.setswitchinterval(SWITCHES_AFTER)
    django_ready()
    configure.catch_the_rest()
    from openmsix.ops import fit

    fit.check()
    from procrastinate.contrib.django import app

    from openmsix import flow
    from openmsix.intake import kept

    stopped = threading.Event()
    sealing = threading.Thread(target=_seal, args=(stopped,), name="sealer", daemon=True)
    sealing.start()
    threading.Thread(target=_read_into_memory, name="reading", daemon=True).start()
    if flow.needs_deriving():
        errors.print("An earlier openmsix derived the children in another way. They are derived anew first.")
        errors.print(f"Derived {flow.bring_up_to_date():,} children.")
    kept.forget_unfinished()
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    try:
        tell("worker.started")
        asyncio.run(_work(worker_app, concurrency))
        tell("worker.stopped")
    finally:
        stopped.set()
        sealing.join(timeout=10)


class Stopping:
    """Whether the worker was told to stop, and how to end what it waits for."""

    def __init__(self) -> None:
        self.told = False
        self._waiting: asyncio.Future[Any] | None = None

    def stop(self, number: signal.Signals) -> None:
        """Stop after the job at hand; asked again by Ctrl-C, at once."""
        if self.told and number == signal.SIGINT:
            end_now()
        self.told = True
        errors.print("Stopping after the submission at hand. Ctrl-C again stops at once.")
        if self._waiting:
            self._waiting.cancel()

    async def or_until(self, work: Awaitable[Any]) -> None:
        """Wait until told to stop, or until a piece of work is done."""
        self._waiting = asyncio.ensure_future(work)
        try:
            await self._waiting
        except asyncio.CancelledError:
            if not self.told:
                raise


class Away:
    """Says when the database went away and when it is back, in turn; while it comes and goes, not more often than every minute."""

    def __init__(self) -> None:
        self._said = -math.inf
        self._is_told = False

    def went(self) -> None:
        """It is away, still or again."""
        if not self._is_told and time.monotonic() - self._said > SAY_EVERY:
            errors.print("The database went away, or refuses the work; waiting until it is back.")
            self._said, self._is_told = time.monotonic(), True

    def came_back(self) -> None:
        """It is there, still or again."""
        if self._is_told:
            errors.print("The database is back; going on.")
            self._is_told = False


async def _work(worker_app: "App", concurrency: int) -> None:
    """Work until told to stop. A database that goes away is waited for; what was at hand is taken up again when it is back."""
    from procrastinate.exceptions import ConnectorException

    from openmsix.ops.older import is_database_unable

    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # it tells of each attempt
    stopping, away = Stopping(), Away()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.stop, number)
    while not stopping.told:
        try:
            await _work_as_long_as_possible(worker_app, concurrency, stopping, away)
        except (ConnectorException, psycopg.Error) as fault:
            if not is_database_unable(fault):
                raise
        if not stopping.told:
            away.went()
            await stopping.or_until(asyncio.sleep(AGAIN))


async def _work_as_long_as_possible(
    worker_app: "App", concurrency: int, stopping: Stopping, away: Away
) -> None:
    """Work until told to stop, or until one of the places ends or the database breaks off all connections: all begin anew then."""
    async with worker_app.open_async():
        places = [
            asyncio.ensure_future(_take_jobs(worker_app)),
            asyncio.ensure_future(_take_jobs(worker_app, queues=[Lane.SMALL.value])),
            asyncio.ensure_future(_watch_connection(away)),
        ]
        if concurrency > 1:
            not_heavy = [lane.value for lane in NOT_HEAVY]
            places.append(asyncio.ensure_future(_take_jobs(worker_app, concurrency - 1, queues=not_heavy)))
        looking = asyncio.create_task(_look_for_stalled(worker_app))
        try:
            await stopping.or_until(asyncio.wait(places, return_when=asyncio.FIRST_COMPLETED))
        finally:
            looking.cancel()
            for one in places:
                one.cancel()
            ended = await asyncio.gather(*places, return_exceptions=True)
        for fault in ended:
            if isinstance(fault, Exception) and not stopping.told:
                raise fault


async def _watch_connection(away: Away) -> None:
    """End with a fault when the database has broken off its connections.

    The parts of a worker that listen for jobs and tell that it is alive end then without a word.
    """
    from openmsix.ops.taking_in import address_of_database

    async with await psycopg.AsyncConnection.connect(**address_of_database(), autocommit=True) as own:
        while True:
            await own.execute("select 1")
            away.came_back()
            await asyncio.sleep(AGAIN)


async def _take_jobs(worker_app: "App", at_once: int = 1, **only: list[str]) -> None:
    """Take jobs until told to stop. `only`: of these `queues`; without it, of all."""
    await worker_app.run_worker_async(
        concurrency=at_once,
        fetch_job_polling_interval=1.0,
        shutdown_graceful_timeout=300,
        install_signal_handlers=False,
        **only,  # type: ignore[arg-type]  # to name no queue is to take all of them
    )


async def _look_for_stalled(worker_app: "App") -> None:
    """Take up what a worker that died had at hand, now and whenever one dies."""
    from procrastinate.exceptions import ConnectorException

    from openmsix.ops import jobs

    while True:
        with contextlib.suppress(ConnectorException):
            await jobs.take_up_stalled(worker_app)
        await asyncio.sleep(jobs.STALLED_AFTER)
