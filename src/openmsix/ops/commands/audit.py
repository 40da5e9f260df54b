"""`openmsix audit`: is the record of who did what whole?"""

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console

app = typer.Typer(help="Verify the audit.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Verify the audit."""


@app.command()
def verify() -> None:
    """Check every seal against the rows it chains; report breaks, gaps and the age of unsealed rows. Exit code 1 if any is found."""
    check_there_is_an_exchange()
    django_ready()
    from openmsix.audit import verify as audit_verify

    report = audit_verify.report()
    console.print(report.as_text())
    raise typer.Exit(Exit.DONE if report.whole else Exit.MEND)
