"""`openmsix restore`: bring an installation back from a backup."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import django_ready
from openmsix.ops.screen import console, errors, progress, type_of_report

if TYPE_CHECKING:
    from openmsix.ops.backup.layout import KeptFile, Summary
    from openmsix.ops.backup.restore import Restored

NAME = "restore"


def command(
    source: Path = typer.Argument(
        help="A backup, or the folder of backups for its newest one.", exists=True, file_okay=False
    ),
    tombstones: Path | None = typer.Option(
        None,
        help="The kept files of the old installation (its folder `kept`, or `kept/tombstones`), if they are left: what was expunged after the backup is expunged again.",
        exists=True,
        file_okay=False,
    ),
    new_secret_key: bool = typer.Option(
        False, "--new-secret-key", help="Go on although the secret key of the backup is lost."
    ),
) -> None:
    """Bring everything back into an empty database and an empty folder, and verify it. What was broken off goes on with the same command.

    First put the file keys and the secret key of the backup in place (OPENMSIX_FILE_KEYS and OPENMSIX_SECRET_KEY, or the folder `secrets`). Exit code 1 if
    something did not come back as it was.
    """
    from openmsix.config import home
    from openmsix.intake.kept import as_keys
    from openmsix.ops.backup import restore
    from openmsix.ops.backup.layout import MANIFEST, NotDone, key_needed, newest_of

    try:
        backup = newest_of(source)
        _check_keys_are_there(key_needed(backup / MANIFEST), new_secret_key=new_secret_key)
        # With keys that do not fit no database shall be made, whose passwords come from them.
        manifest = restore.check_first(
            backup,
            keys=as_keys(str(home.file_keys())),
            secret_key=home.secret_key(),
            new_secret_key=new_secret_key,
        )
        django_ready()
        restored = _restore(backup, *manifest, tombstones=tombstones, new_secret_key=new_secret_key)
        raise typer.Exit(_tell(restored))
    except NotDone as why:
        raise SystemExit(str(why)) from why


def _check_keys_are_there(key: str, *, new_secret_key: bool) -> None:
    """Before anything is made: keys that are not there would be made anew, and fit nothing."""
    from openmsix.config import home

    where = f"in {home.home() / 'secrets'}"
    if home.lacks(home.FILE_KEYS):
        raise SystemExit(
            f"The file keys of the backup are not at hand; it needs {key!r} at least. Put the file file-keys {where}, or set OPENMSIX_FILE_KEYS. Backups never hold them."
        )
    if home.lacks(home.SECRET_KEY) and not new_secret_key:
        raise SystemExit(
            f"The secret key of the backup is not at hand. Put the file secret-key {where}, or set OPENMSIX_SECRET_KEY. Backups never hold it. If it is lost, "
            "--new-secret-key goes on with another one."
        )


def _restore(
    backup: Path,
    summary: "Summary",
    files: "list[KeptFile]",
    *,
    tombstones: Path | None,
    new_secret_key: bool,
) -> "Restored":
    from openmsix.config import database
    from openmsix.ops import new_secret_key as renewal
    from openmsix.ops.backup import restore
    from openmsix.ops.setup import prepare_database

    owner = database.owner()
    with progress() as report:
        restored = restore.bring_back(
            backup,
            summary,
            files,
            prepare=lambda: prepare_database(
                owner, database.application(owner), say=lambda words: report(words, 0, 0)
            ),
            report=report,
        )
        if new_secret_key:
            renewal.take()
        restored.faults.extend(_verify(restored))
        restored.expunged.extend(_expunge_again(tombstones, report))
        restore.finish()
    return restored


def _expunge_again(folder: Path | None, report: type_of_report) -> list[str]:
    """Expunge what was expunged after the backup was made; the names of the requests. The backup itself may hold tombstones that are newer than its database."""
    from openmsix.expunge import carrying_out, tombstones
    from openmsix.intake import kept, sealed

    found = list(tombstones.every())
    for path in sorted(folder.rglob("X-*.json")) if folder else ():
        with path.open("rb") as file, sealed.unseal(file, kept.keys()) as opened:
            found.append(tombstones.read(opened.read()))
    once = {stone.ref: stone for stone in found}
    # As it was done: of two submissions the one that went first stood on the other.
    in_order = sorted(once.values(), key=lambda stone: stone.decided_at)
    return [stone.ref for stone in in_order if carrying_out.honor(stone, report=report)]


def _verify(restored: "Restored") -> list[str]:
    """What is not as it was in what only the rooms can tell, a sentence each."""
    from openmsix.audit import verify
    from openmsix.intake import kept
    from openmsix.intake.models import SubmissionPart

    there = set(kept.names())
    named = SubmissionPart.objects.exclude(stored_as="").values_list("stored_as", flat=True)
    lost = sorted(set(named) - there)
    audit = verify.report(restored.summary.audit_head)
    return [f"{name} is named by the database and is not there." for name in lost] + [
        *audit.breaks,
        *audit.gaps,
    ]


def _tell(restored: "Restored") -> Exit:
    summary = restored.summary
    console.print(
        f"Back as of {summary.made_at[:19].replace('T', ' ')} UTC: {sum(summary.rows.values()):,} rows and {restored.files:,} kept files.",
        soft_wrap=True,
    )
    for fault in restored.faults:
        errors.print(fault, soft_wrap=True)
    if not restored.faults:
        console.print(
            "Every table has its rows, every kept file its digest, and the audit is whole.", soft_wrap=True
        )
    if restored.expunged:
        console.print(f"Expunged again: {', '.join(restored.expunged)}.", soft_wrap=True)
    console.print(
        "Next: make sure that the old installation does not run any more, then `openmsix serve`, or `openmsix worker` and the pages. Everybody signs in anew. States send again "
        "what they sent since; the same file twice does no harm. Make a new backup.",
        soft_wrap=True,
    )
    return Exit.MEND if restored.faults else Exit.DONE
