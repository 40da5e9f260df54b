"""Whether an installation may be used as it stands: its keys are those of its data, and it was brought back whole. Asked before work begins."""

from typing import Any

import psycopg

from openmsix.config import database, grants

ANOTHER_KEY = (
    "The secret key is another one than that of this installation: it was lost and made anew, or changed. Bring back the right one "
    "(OPENMSIX_SECRET_KEY, or secrets/secret-key in the installation's folder). If it is lost, or was changed on purpose, run `openmsix migrate "
    "--new-secret-key`: the addresses of children's pages change, and whoever has a second step of sign-in sets it up again."
)


def faults() -> list[str]:
    """What stands in the way, a sentence or two each; nothing if all is well.

    Raises:
        CannotOpen: the setting of the file keys cannot be read.
    """
    from openmsix.intake import key_marks

    return key_marks.faults() + _of_the_database()


def _of_the_database() -> list[str]:
    """Asked as the owner, since the application's role may not be let in yet. A database that is away is for others to tell."""
    from openmsix.ops.backup import restore

    try:
        with grants.connect(database.owner()) as connection:
            begun = restore.unfinished(connection)
            ours = _has_our_addresses(connection)
    except psycopg.OperationalError:
        return []
    found = [] if ours else [ANOTHER_KEY]
    if begun:
        found.append(
            f"This installation is being brought back from {begun} and is not whole yet. Run the same `openmsix restore` again."
        )
    return found


def has_its_secret_key() -> bool:
    """Whether the secret key is the one by which addresses of children were derived; true where there are none yet."""
    return ANOTHER_KEY not in _of_the_database()


def _has_our_addresses(connection: "psycopg.Connection[Any]") -> bool:
    from openmsix.students.actions import ref_of

    try:
        child = connection.execute("select msix_id, ref from students_child limit 1").fetchone()
    except psycopg.errors.UndefinedTable:
        return True
    return child is None or child[1] == ref_of(child[0])


def check() -> None:
    """Refuse to begin where something stands in the way.

    Raises:
        SystemExit: with what it is.
    """
    if found := faults():
        raise SystemExit("\n".join(found))
