"""`openmsix worker`: take in what waits, and seal the audit."""

import logging
import signal
import threading

import typer

from openmsix.ops.ready import django_ready

NAME = "worker"
SEAL_EVERY = 2.0  # seconds
log = logging.getLogger(__name__)


def _seal(stopped: threading.Event) -> None:
    """Chain committed audit rows every few seconds until told to stop."""
    from django.db import Error, close_old_connections

    from openmsix.audit import sealer

    while not stopped.wait(SEAL_EVERY):
        close_old_connections()
        try:
            sealer.seal_once()
        except Error as fault:
            log.warning(
                "The audit could not be sealed just now (%s); it is tried again.", type(fault).__name__
            )


def command(concurrency: int = typer.Option(1, help="How many submissions are taken in at once.")) -> None:
    """Take in submissions as they come, and seal the audit. Stops cleanly on Ctrl-C or SIGTERM, after the job at hand."""
    django_ready()
    from procrastinate.contrib.django import app

    stopped = threading.Event()
    sealing = threading.Thread(target=_seal, args=(stopped,), name="sealer", daemon=True)
    sealing.start()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    try:
        worker_app.run_worker(
            concurrency=concurrency, fetch_job_polling_interval=1.0, shutdown_graceful_timeout=300
        )
    finally:
        stopped.set()
        sealing.join(timeout=10)
