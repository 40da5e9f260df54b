"""What people type into a field, without what cannot be stored, seen or read aloud: control characters, and marks that turn the order of letters round."""

import unicodedata

LONGEST_REASON = 200
"""So many characters has the line in which a person says why."""


def one_line(text: str) -> str:
    """The text as one line, with single blanks."""
    return " ".join(_shown(text.replace("\0", " ")).split())


def lines(text: str) -> str:
    """The text with its lines, without blanks at its ends."""
    return "\n".join(_shown(line).rstrip() for line in text.replace("\0", " ").splitlines()).strip()


def _shown(text: str) -> str:
    """Without characters of the category "other" of Unicode, but for blanks."""
    return "".join(
        letter for letter in text if letter.isspace() or not unicodedata.category(letter).startswith("C")
    )
