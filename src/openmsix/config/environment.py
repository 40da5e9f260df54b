"""Settings that must be of a kind, read from the environment. One that is not ends the program in words."""

import logging
import os


def count(name: str) -> int:
    """A number from 0 on; 0 if it is not set.

    Raises:
        SystemExit: it is something else; the message says so.
    """
    given = os.environ.get(name, "0").strip()
    if not (given.isascii() and given.isdigit()):
        raise SystemExit(f"{name} must be a number from 0 on, not {given}.")
    return int(given)


def log_level(name: str, otherwise: str) -> str:
    """One of the levels of logging, in capitals.

    Raises:
        SystemExit: it is something else; the message says so.
    """
    given, levels = os.environ.get(name, otherwise).strip().upper(), logging.getLevelNamesMapping()
    if given not in levels:
        raise SystemExit(f"{name} must be one of {', '.join(levels)}, not {given}.")
    return given


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of a few words; the first of them if it is not set.

    Raises:
        SystemExit: it is something else; the message says so.
    """
    given = os.environ.get(name, choices[0]).strip().lower()
    if given not in choices:
        raise SystemExit(f"{name} must be one of {', '.join(filter(None, choices))}, not {given}.")
    return given
