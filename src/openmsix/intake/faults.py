"""Faults of the exchange, as a submission tells of them: what stopped it, that its sender did nothing wrong, and what happens next. Pure but for the classes.

A fault of the surroundings that may pass is waited out; one that passes only when somebody mends it (a key, a lost file) is not. Texts name no
more than the kind of a fault: its own message may quote a row.
"""

import errno

from django.db import InterfaceError, OperationalError
from psycopg import errors

from openmsix.matching.model_file import ModelNotUsable

from .sealed import CannotOpen

PASSING = (OperationalError, InterfaceError, OSError)
"""The job is tried again, and a submission that it leaves stands where it stood."""


class WorkersDied(Exception):
    """Worker after worker died while it had the submission at hand."""


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def cause(fault: BaseException) -> str:
    """What stopped the work, as a part of a sentence."""
    if isinstance(fault, CannotOpen):
        return "what was kept cannot be opened"
    if isinstance(fault, ModelNotUsable):
        return "its linkage model cannot be used"
    if isinstance(fault, WorkersDied):
        return "every worker that took it up died, as when the work needs more memory than there is"
    if isinstance(fault, OSError):
        return "its disk is full" if fault.errno in _NO_ROOM else "a kept file could not be read or written"
    if isinstance(fault.__cause__, errors.DiskFull):
        return "the disk of its database is full"
    if isinstance(fault, OperationalError | InterfaceError):
        return "its database could not be reached, or refused the work"
    return f"a fault within it ({type(fault).__name__})"


def stopped(fault: BaseException, step: str) -> str:
    """The words of a submission that has failed."""
    for_operator = f" For the operator: {fault}" if isinstance(fault, CannotOpen) else ""
    if isinstance(
        fault, ModelNotUsable
    ):  # whose words name a place of the installation, and a State reads these
        for_operator = " For the operator: openmsix status says what is wrong with it, and the way out."
    return (
        f"The exchange could not go on with the {step or 'taking in'}: {cause(fault)}. Nothing is wrong with what was sent. It is kept, and nothing of this "
        f"step was stored. The operator can try it again once that is mended; nobody need send it anew.{for_operator}"
    )


def waiting(fault: BaseException, step: str) -> str:
    """The words of a submission that stands still until a fault passes."""
    return (
        f"The exchange cannot go on with the {step or 'taking in'} just now: {cause(fault)}. Nothing is wrong with what was sent. It is kept, and the work "
        "goes on once that has passed."
    )
