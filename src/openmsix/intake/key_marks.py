"""Are the keys of the kept files still at hand? Told by one small file under each key (`kept.MARKS`), not by a look at every kept file."""

from . import kept
from .kept import MARKS


def faults() -> list[str]:
    """What is wrong with the keys, a sentence each; nothing if every kept file can be opened with them.

    An installation that has no marks yet gets them, once all its kept files were looked at.

    Raises:
        CannotOpen: the keys cannot be read at all.
    """
    if marks := kept.names(MARKS):
        return kept.faults_of(marks)
    newest_of = {kept.key_id(name): name for name in kept.names()}
    found = kept.faults_of(newest_of.values())
    if not found:
        for each in newest_of:
            kept.leave_mark(each)
    return found
