"""Whether an installation may be used as it stands: its keys are those of its data, and it was brought back whole. Asked before work begins."""

from django.db import OperationalError, ProgrammingError

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
    from openmsix.ops.backup import restore

    found = key_marks.faults()
    if not has_its_secret_key():
        found.append(ANOTHER_KEY)
    if backup := restore.unfinished():
        found.append(
            f"This installation is being brought back from {backup} and is not whole yet. Run the same `openmsix restore` again."
        )
    return found


def has_its_secret_key() -> bool:
    """Whether the secret key is the one by which addresses of children were derived; true where there are none yet."""
    from openmsix.students import actions as students

    try:
        return students.have_our_addresses(using="owner")
    except (OperationalError, ProgrammingError):
        return True  # No tables yet, or no database: others tell of that.


def check() -> None:
    """Refuse to begin where something stands in the way.

    Raises:
        SystemExit: with what it is.
    """
    if found := faults():
        raise SystemExit("\n".join(found))
