"""When two values say the same thing."""

import re
import unicodedata
from typing import Any

_BETWEEN_WORDS = re.compile(r"[\s\-‐‑‒–—.,'’`]+")


def comparable(value: Any) -> Any:
    """A form in which values are equal if they differ only in accents, capitals, hyphens, points or spaces.
    Digits count.
    """
    if not isinstance(value, str):
        return value
    letters = unicodedata.normalize("NFKD", value.casefold())
    return _BETWEEN_WORDS.sub(
        " ", "".join(letter for letter in letters if not unicodedata.combining(letter))
    ).strip()
