"""Taking in one submission at a terminal: what is being done, what is waited for, and what became of it."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openmsix.ops.exits import Exit
from openmsix.ops.screen import console, errors, progress

if TYPE_CHECKING:
    from openmsix.intake.models import Submission

LOOK_EVERY = 2.0  # seconds
WAITING = "Another submission of this State is being stored; waiting until that is done. Ctrl-C stops here."


def take_in(submission: "Submission", *, receipt: Path | None = None) -> Exit:
    """Take in a submission that is complete, from wherever it stands; print its receipt.

    Args:
        submission: which one. One that waits for parts is only told of.
        receipt: also write the receipt here, as .json or .csv by its ending.
    """
    from openmsix.intake.actions import TakenByAnother
    from openmsix.intake.faults import PASSING
    from openmsix.ops import stages

    if submission.is_complete:
        try:
            with progress() as report, telling_of_waits(errors.print):
                submission = stages.take_in(submission.pk, report=report)
        except TakenByAnother:
            errors.print(
                f"{submission.ref} is being taken in by another openmsix just now. Its receipt will stand under Submissions; "
                "or send the same file again later, to be told.",
                soft_wrap=True,
            )
            return Exit.WAITING
        except PASSING:
            # No worker has it, so that nothing takes it up by itself. What stopped it is told by whoever catches the fault.
            errors.print(
                f"{submission.ref} is kept, and need not be sent anew. When what follows is mended: openmsix retry {submission.ref}",
                soft_wrap=True,
            )
            raise
    return tell(submission, receipt=receipt)


def tell(submission: "Submission", *, receipt: Path | None = None) -> Exit:
    """Print the receipt of a submission; how the command ends by it."""
    from openmsix.intake import receipts

    if receipt:
        receipts.write(submission, receipt)
    console.print(receipts.in_words(submission), soft_wrap=True)
    if submission.status == submission.Status.WAITING:
        errors.print(_who_confirms(submission), soft_wrap=True)
    return {
        "rejected": Exit.REJECTED,
        "failed": Exit.FAILED,
        "published": Exit.MEND if submission.is_to_mend else Exit.DONE,
    }.get(submission.status, Exit.WAITING)


def _who_confirms(submission: "Submission") -> str:
    """Who decides about a submission that waits for a person, and how to have such a person."""
    from openmsix.accounts.models import Holding

    role, state = "state_data_administrator", submission.state_code
    decides = f"A State Data Administrator of {state} confirms or declines {submission.ref} on its page."
    if Holding.objects.live().filter(role=role, place__code=state, user__is_active=True).exists():
        return decides
    return f"{decides} There is none yet: openmsix people add EMAIL --name NAME --role {role} --place {state}"


@contextlib.contextmanager
def telling_of_waits(say: Callable[[str], None]) -> Iterator[None]:
    """While the block runs: say once if its database connection waits for a lock that another one holds."""
    from django.db import connection

    connection.ensure_connection()
    done = threading.Event()
    watch = threading.Thread(
        target=_watch,
        args=(address_of_database(), connection.connection.info.backend_pid, done, say),
        daemon=True,
    )
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join(timeout=LOOK_EVERY)


def address_of_database() -> dict[str, Any]:
    """How a connection of one's own reaches the database of the application."""
    from django.db import connection

    known = ("host", "port", "dbname", "user", "password", "options", "sslmode", "sslrootcert")
    return {name: value for name, value in connection.get_connection_params().items() if name in known}


def _watch(address: dict[str, Any], process: int, done: threading.Event, say: Callable[[str], None]) -> None:
    import psycopg

    with contextlib.suppress(psycopg.Error):
        if done.wait(LOOK_EVERY):
            return
        with psycopg.connect(**address, autocommit=True) as own:
            while not done.wait(LOOK_EVERY):
                found = own.execute("select cardinality(pg_blocking_pids(%s)) > 0", [process]).fetchone()
                if found and found[0]:
                    say(WAITING)
                    return
