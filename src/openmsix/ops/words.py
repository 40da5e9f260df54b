"""Words on the command line that must be of a known list; anything else is a fault of usage."""

import typer

from openmsix.dictionary import dictionary
from openmsix.dictionary.versions import VERSIONS


def state(value: str) -> str:
    """A State's two letters, in capitals; nothing stays nothing.

    Raises:
        typer.BadParameter: there is no such State.
    """
    code = value.strip().upper()
    if code and code not in dictionary().code_set("state").values:
        raise typer.BadParameter(f"{value} is no State or territory. Give its two letters, such as TX.")
    return code


def named_state(value: str) -> str:
    """The same where a State must be named.

    Raises:
        typer.BadParameter: none is, or there is no such State.
    """
    if code := state(value):
        return code
    raise typer.BadParameter("Name a State by its two letters, such as TX.")


def version(value: str) -> str:
    """A version of the dictionary; nothing stays nothing.

    Raises:
        typer.BadParameter: there is no such version.
    """
    if value and value not in VERSIONS:
        raise typer.BadParameter(
            f"There is no version {value} of the dictionary. There are: {', '.join(VERSIONS)}."
        )
    return value
