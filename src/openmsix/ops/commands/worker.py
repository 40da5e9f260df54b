"""`openmsix worker`: take in what waits, and seal the audit."""

import asyncio
import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING

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


def command(
    concurrency: int = typer.Option(
        MOST_AT_ONCE, min=1, help="How many submissions are taken in at once, besides a small one."
    ),
) -> None:
    """Take in submissions as they come, and seal the audit.

    One more place is kept for small submissions, so that they never wait for large ones.

    Ctrl-C or SIGTERM stops it after the job at hand; a second Ctrl-C at once, and the next worker takes the job up again.
    """
    configure.runs_long()
    django_ready()
    configure.catch_the_rest()
    from procrastinate.contrib.django import app

    from openmsix import flow

    stopped = threading.Event()
    sealing = threading.Thread(target=_seal, args=(stopped,), name="sealer", daemon=True)
    sealing.start()
    if flow.needs_deriving():
        errors.print("An earlier openmsix derived the children in another way. They are derived anew first.")
        errors.print(f"Derived {flow.bring_up_to_date():,} children.")
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    try:
        tell("worker.started")
        asyncio.run(_work(worker_app, concurrency))
        tell("worker.stopped")
    finally:
        stopped.set()
        sealing.join(timeout=10)


async def _work(worker_app: "App", concurrency: int) -> None:
    """Work until told to stop."""
    async with worker_app.open_async():
        places = [_take_jobs(worker_app), _take_jobs(worker_app, queues=[Lane.SMALL.value])]
        if concurrency > 1:
            places.append(_take_jobs(worker_app, concurrency - 1, queues=[lane.value for lane in NOT_HEAVY]))
        working = asyncio.gather(*places)
        told: list[signal.Signals] = []

        def stop(number: signal.Signals) -> None:
            if told and number == signal.SIGINT:
                end_now()
            told.append(number)
            errors.print("Stopping after the submission at hand. Ctrl-C again stops at once.")
            working.cancel()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)
        looking = asyncio.create_task(_look_for_stalled(worker_app))
        with contextlib.suppress(asyncio.CancelledError):
            await working
        looking.cancel()


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
