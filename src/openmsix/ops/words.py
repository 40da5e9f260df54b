"""Words on the command line that must be of a known list, or name a place to write to; anything else is a fault of usage."""

import os
from collections.abc import Iterable
from pathlib import Path

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


def role(value: str) -> str:
    """The key of a role, however its name is spelled; nothing stays nothing.

    Raises:
        typer.BadParameter: there is no such role.
    """
    from openmsix.accounts.roles import ROLES

    wanted = _plain(value)
    for key, known in ROLES.items():
        if wanted in (_plain(key), _plain(known.name)):
            return key
    if not wanted:
        return ""
    raise typer.BadParameter(f"There is no role {value}. There are: {', '.join(ROLES)}.")


def scopes(values: list[str]) -> list[str]:
    """Scopes of API clients, also several in one, with spaces or commas between.

    Raises:
        typer.BadParameter: there is no such scope.
    """
    from openmsix.accounts.scopes import Scope

    named = [name for value in values for name in value.replace(",", " ").split()]
    for name in named:
        if name not in list(Scope):
            raise typer.BadParameter(f"There is no scope {name}. There are: {', '.join(Scope)}.")
    return named


def _plain(name: str) -> str:
    return name.lower().replace("_", " ").replace("-", " ").strip()


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


def plain_files(paths: list[Path]) -> list[Path]:
    """Files to be read to their end.

    Raises:
        typer.BadParameter: one of them is a pipe or a device, which may never end.
    """
    for path in paths:
        if not path.is_file():
            raise typer.BadParameter(f"{path} is not a plain file. Save what comes from it as a file first.")
    return paths


def plain_file(path: Path | None) -> Path | None:
    """The same of one file; nothing stays nothing.

    Raises:
        typer.BadParameter: it is a pipe or a device.
    """
    if path is not None:
        plain_files([path])
    return path


def model_version(value: str) -> str:
    """The name of a model, which stands beside each verdict in the database.

    Raises:
        typer.BadParameter: it is empty or too long.
    """
    from openmsix.matching.model_file import LONGEST_VERSION

    if not 0 < len(value.strip()) <= LONGEST_VERSION:
        raise typer.BadParameter(f"Name the model by 1 to {LONGEST_VERSION} signs, such as 2027.1.")
    return value.strip()


def apart(read: Iterable[Path | None], written: Iterable[Path | None]) -> None:
    """See to it that no file is written over one that is read, or over another one that is written.

    Raises:
        typer.BadParameter: one would be.
    """
    taken = {path.resolve(): "a file that is read" for path in filter(None, read)}
    for path in filter(None, written):
        if other := taken.get(path.resolve()):
            raise typer.BadParameter(f"{path} is {other}. Name another file to write.")
        taken[path.resolve()] = "written already"


def to_write(path: Path | None) -> Path | None:
    """A file to be written, asked before any work is done; nothing stays nothing.

    Raises:
        typer.BadParameter: it cannot be written there.
    """
    if path is None:
        return None
    try:
        is_folder = path.is_dir()
    except OSError as fault:
        raise typer.BadParameter(f"{path} cannot be written ({fault.strerror}).") from fault
    if is_folder:
        raise typer.BadParameter(f"{path} is a folder. Name a file.")
    if not path.parent.is_dir():
        raise typer.BadParameter(f"There is no folder {path.parent} to write {path.name} into.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise typer.BadParameter(f"{path} may not be written.")
    return path


def receipt(path: Path | None) -> Path | None:
    """The same for the receipt of a submission.

    Raises:
        typer.BadParameter: it cannot be written there, or its ending names no form.
    """
    if path and path.suffix.lower() not in (".json", ".csv"):
        raise typer.BadParameter(f"{path.name} must end in .json or .csv.")
    return to_write(path)
