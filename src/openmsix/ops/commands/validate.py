"""`openmsix validate`: check a file without a database."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from openmsix.ops import files as written
from openmsix.ops import words
from openmsix.ops.exits import Exit
from openmsix.ops.screen import console, errors

if TYPE_CHECKING:
    from openmsix.intake.receipt import Receipt

NAME = "validate"


def command(
    files: list[Path] = typer.Argument(
        help="The file that a State would send (a zip of CSV or Parquet files, or one XML or JSON file), or all parts of one submission.",
        exists=True,
        dir_okay=False,
        callback=words.plain_files,
    ),
    version: str = typer.Option(
        "",
        callback=words.version,
        help="Check against this dictionary version instead of the one that the file names.",
    ),
    places: Path | None = typer.Option(
        None,
        help="A folder of places (as for `openmsix places load`), to check school and district ids.",
        exists=True,
        file_okay=False,
    ),
    html: Path | None = typer.Option(
        None, callback=words.to_write, help="Also write the receipt as one HTML page."
    ),
    csv: Path | None = typer.Option(None, callback=words.to_write, help="Also write the findings as CSV."),
    json: Path | None = typer.Option(None, callback=words.to_write, help="Also write the receipt as JSON."),
) -> None:
    """Check a State file offline: the same checks and the same receipt as when it is submitted, without a database.

    What only the exchange can know (which students and MSIX IDs it holds) is not judged; the receipt says so.

    Exit codes: 0 every student would be accepted, 1 some, or rows of nobody, would not be taken in, 3 the file would be rejected.
    """
    words.apart([*files, *(places.iterdir() if places else ())], (html, csv, json))
    from openmsix.intake.validate import validate

    with errors.status("Checking ..."):
        receipt = validate(files, version=version or None, places=places)
    console.print(receipt.in_words(), soft_wrap=True)
    for path, text in ((html, receipt.as_html), (csv, receipt.as_csv), (json, receipt.as_json)):
        if path:
            written.write(path, text())
            errors.print(f"Written: {path}", soft_wrap=True)
    raise typer.Exit(_end(receipt))


def _end(receipt: "Receipt") -> Exit:
    if receipt.file_rejected:
        return Exit.REJECTED
    return Exit.MEND if receipt.is_to_mend else Exit.DONE
