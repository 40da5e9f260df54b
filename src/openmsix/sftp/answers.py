"""Faults and refusals in the words of SFTP. No message of a fault reaches a client or the log: it may name a child."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh
from django.db import DatabaseError, InterfaceError

from .outbox import NotThere
from .paths import LeadsNowhere, Unfit
from .refusals import Refused

AWAY = "The exchange's database cannot be reached just now. Try again later."
OURS = "The exchange could not do it. The fault is ours; try again later."
log = logging.getLogger(__name__)


@contextmanager
def in_words() -> Iterator[None]:
    """Let what is raised within the block be answered as SFTP answers it; faults of the disk go as they are."""
    try:
        yield
    except (asyncssh.Error, OSError):
        raise
    except Refused as why:
        kind = asyncssh.SFTPQuotaExceeded if why.is_quota else asyncssh.SFTPFailure
        raise kind(str(why)) from why
    except Unfit as why:
        raise asyncssh.SFTPInvalidFilename(str(why)) from why
    except (LeadsNowhere, NotThere) as why:
        raise asyncssh.SFTPNoSuchFile("There is no such file or folder in the drop box.") from why
    except (DatabaseError, InterfaceError) as fault:
        raise asyncssh.SFTPFailure(AWAY) from fault
    except Exception as fault:
        where = "".join(traceback.format_tb(fault.__traceback__))
        log.error("The drop box could not do something (%s)\n%s", type(fault).__name__, where)
        raise asyncssh.SFTPFailure(OURS) from fault
