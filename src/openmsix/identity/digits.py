"""The digits of an MSIX ID that is made here: eleven random ones and a check digit after Damm.

H. M. Damm, Total anti-symmetrische Quasigruppen, 2004: the check digit finds every single wrong digit and
every swap of neighbours, the two slips people make most when they copy a number. IDs that a State sends need
not pass: the real system's IDs have no known check digit.
"""

import secrets

_TABLE = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
"""Damm's quasigroup of order 10: the digit that follows from the digit so far (row) and the next one
(column).
"""

LENGTH = 12
"""Digits of an MSIX ID."""

_NEXT = tuple(tuple(int(digit) for digit in row) for row in _TABLE)
_FIRST = 10**10
_ALL = 10**11


def check_digit(digits: str) -> str:
    """The digit that completes `digits`."""
    interim = 0
    for digit in digits:
        interim = _NEXT[interim][ord(digit) - 48]
    return str(interim)


def is_in_form(digits: str) -> bool:
    """Whether it is 12 digits, as every MSIX ID is, whoever made it."""
    return len(digits) == LENGTH and digits.isascii() and digits.isdecimal()


def is_complete(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    return check_digit(digits) == "0"


def random_ids(count: int) -> list[str]:
    """So many different IDs, none of which tells anything about another.

    The first digit is never 0, so that a spreadsheet that takes an ID for a number does not eat it.
    """
    made: dict[str, None] = {}
    while len(made) < count:
        digits = str(_FIRST + secrets.randbelow(_ALL - _FIRST))
        made[digits + check_digit(digits)] = None
    return list(made)
