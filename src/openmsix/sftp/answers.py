"""Faults and refusals in the words of SFTP. No message of a fault reaches a client or the log: it may name a child."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh
from django.db import DatabaseError, InterfaceError

from openmsix.logs import tell

from .outbox import NotThere
from .paths import LeadsNowhere, Unfit
from .refusals import Refused

AWAY = "The exchange's database cannot be reached just now. Try again later."
OURS = "The exchange could not do it. The fault is ours; try again later."


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
        tell("drop_box.fault", exc=fault)
        raise asyncssh.SFTPFailure(OURS) from fault
