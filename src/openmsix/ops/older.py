"""Telling a database that was not brought up to date from other faults."""

from psycopg import errors


def is_database_older(fault: BaseException | None) -> bool:
    """Whether the fault is that a table or a column of this version is missing."""
    while fault is not None:
        if isinstance(fault, errors.UndefinedTable | errors.UndefinedColumn):
            return True
        fault = fault.__cause__
    return False
