"""Signs that no font of the prints shows. PDF/UA demands that every text can be read, so that one such sign would leave a child without a print.

Each is printed by its number instead, `[U+674E]`, and so is neither left out nor taken for another.
"""

import re
from collections.abc import Iterable

_TOLD = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def signs(diagnostic: str) -> frozenset[str]:
    """The signs beyond ASCII that Typst's diagnostic says it could not show; empty if it complains of something else."""
    texts = (_ESCAPED.sub(lambda code: chr(int(code[1], 16)), told) for told in _TOLD.findall(diagnostic))
    return frozenset(sign for text in texts for sign in text if not sign.isascii())


def by_number(text: str, unshown: Iterable[str]) -> str:
    """The text with each of these signs written as its number."""
    return text.translate({ord(sign): f"[U+{ord(sign):04X}]" for sign in unshown})
