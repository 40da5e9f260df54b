"""Are the keys of the kept files still at hand? Told by one small file under each key (`kept.MARKS`), not by a look at every kept file."""

from . import kept
from .kept import MARKS
from .sealed import CannotOpen, Keys


def faults() -> list[str]:
    """What is wrong with the keys, a sentence each; nothing if every kept file can be opened with them.

    An installation that has no marks yet gets them, once all its kept files were looked at.

    Raises:
        CannotOpen: the keys cannot be read at all.
    """
    known = kept.keys()
    marks = kept.names(MARKS)
    if marks:
        return [fault for name in marks if (fault := _fault(name, known))]
    newest_of = {kept.key_id(name): name for name in kept.names()}
    found = [fault for name in newest_of.values() if (fault := _fault(name, known))]
    if not found:
        for each in newest_of:
            kept.leave_mark(each)
    return found


def _fault(name: str, known: Keys) -> str:
    needed = kept.key_id(name)
    if needed not in known.by_id:
        return (
            f"Kept files need the key {needed!r}, which is not among the keys of this installation ({', '.join(known.by_id)}). "
            "Bring it back: OPENMSIX_FILE_KEYS, or secrets/file-keys in the installation's folder."
        )
    try:
        kept.read(name)
    except CannotOpen:
        return (
            f"The key {needed!r} is another one than that under which files were kept: it opens none of them. Bring back the right one: "
            "OPENMSIX_FILE_KEYS, or secrets/file-keys in the installation's folder."
        )
    return ""
