"""What a command's exit code says, so that scripts can act on it."""

from enum import IntEnum


class Exit(IntEnum):
    """One code for each kind of end. Published in docs/operating.md."""

    DONE = 0
    MEND = 1  # taken in or checked, but something in the file is to be mended: a student was rejected
    USAGE = 2  # the command's words are off
    REJECTED = 3  # the whole file was rejected
    WAITING = 4  # kept, and waits for a person or for further parts
    FAILED = 5  # the exchange could not do it: no database, no key, no room
    INTERRUPTED = 130
