"""Which words find a child: the tokens of names, parents' names and schools, as they are indexed and typed.

Each word is kept behind its kind: "n:" the child's own names, "p:" the parents', "s:" schools.
"""

import re

from openmsix.matching.names import tokens_with_heads
from openmsix.students.compare import comparable

NAME, PARENT, SCHOOL = "n", "p", "s"

# Words that nearly every school has: they tell none apart.
_EVERY_SCHOOL = frozenset(
    ("school", "elementary", "middle", "high", "the", "of", "at", "and", "el", "la", "de")
)
_LETTERS_OR_DIGITS = re.compile(r"[a-z0-9]+")


def name_words(name: str) -> list[str]:
    """The words of a name, each with and without its particles: `de la Cruz` is `delacruz` and `cruz`."""
    words: list[str] = []
    for token, head in tokens_with_heads(name):
        words.extend(word for word in (token, head) if word not in words)
    return words


def school_words(name: str) -> list[str]:
    """The words of a school's name that tell it from others; all of them if there are no such."""
    words = list(dict.fromkeys(_LETTERS_OR_DIGITS.findall(str(comparable(name)))))
    return [word for word in words if word not in _EVERY_SCHOOL] or words


def is_common_school(name: str) -> bool:
    """Whether what was typed of a school's name stands in nearly every such name."""
    words = school_words(name)
    return bool(words) and _EVERY_SCHOOL.issuperset(words)


def without_zeros(identifier: str) -> str:
    """An identifier of digits as people type it, without the zeros before it; others as they are."""
    return (identifier.lstrip("0") or "0") if identifier.isdecimal() else identifier


def folded_id(identifier: str) -> str:
    """A State's identifier as it is compared: capitals, without spaces and signs."""
    return "".join(letter for letter in identifier.upper() if letter.isascii() and letter.isalnum())
