"""Telling a database that is away, or that was not brought up to date, and a full disk, from other faults."""

import errno

import psycopg
from psycopg import errors

AWAY = ("08", "57P")  # classes of SQLSTATE: connection faults, and a server that stops or starts


def is_database_older(fault: BaseException | None) -> bool:
    """Whether the fault is that a table or a column of this version is missing."""
    while fault is not None:
        if isinstance(fault, errors.UndefinedTable | errors.UndefinedColumn):
            return True
        fault = fault.__cause__
    return False


def is_database_away(fault: BaseException | None) -> bool:
    """Whether the fault is that the database cannot be reached, or went away."""
    while fault is not None:
        if isinstance(fault, psycopg.OperationalError | psycopg.InterfaceError):
            return fault.sqlstate is None or fault.sqlstate.startswith(AWAY)
        fault = fault.__cause__
    return False


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_out_of_room(fault: BaseException | None) -> bool:
    """Whether the fault is a full disk, of kept files, of uploads or of the database."""
    while fault is not None:
        if isinstance(fault, errors.DiskFull) or (isinstance(fault, OSError) and fault.errno in NO_ROOM):
            return True
        fault = fault.__cause__
    return False


def is_database_unable(fault: BaseException | None) -> bool:
    """Whether the fault is one of the database's surroundings that may pass: it is away, its disk is full, it has no connection left."""
    while fault is not None:
        if isinstance(fault, psycopg.OperationalError | psycopg.InterfaceError):
            return True
        fault = fault.__cause__
    return False
