"""Names of people as keys: folded, split, heard, and brought back from nicknames.

Keys are only for comparing and finding. The name as a State sent it is never changed by anything here.
Spanish naming is the common case: two surnames, particles (de la Cruz), accents that come and go, spellings
that sound alike (Velasquez, Belazquez). Names of Mesoamerican languages pass through the same rules.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from rapidfuzz.distance import DamerauLevenshtein

_LETTERS_WITHOUT_MARKS = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i",
}  # fmt: skip
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—/,;+&_]+")
_READ_FOR = {"0": "o", "1": "l", "2": "z", "5": "s", "8": "b"}
_DIGIT_IN_A_WORD = re.compile("(?<=[^\\W\\d_])[01258](?=[^\\W\\d_])")  # a scanner read a letter for it
_PARTICLES = frozenset(
    (
        "de",
        "del",
        "la",
        "las",
        "los",
        "el",
        "da",
        "do",
        "dos",
        "das",
        "di",
        "van",
        "von",
        "der",
        "san",
        "santa",
    )
)
_CONJUNCTIONS = frozenset(("y", "e"))
_NO_NAME = frozenset(
    ("na", "nla", "nln", "nfn", "nmn", "nmi", "none", "null", "unknown", "unk", "desconocido", "xx")
)

_SAYS_NO_NAME = re.compile(
    "(no|not|sin)( (name|names|given|given name|first name|last name|surname|middle name|known|available|nombre|nombres|apellido|apellidos))"
    "|(first |last |given |middle )?(name )?(unknown|unk|desconocid[oa])( name)?"
    "|noname|sinnombre|sinapellido|fnu|lnu|tbd|tba|tbn|x{2,}|z{3,}|test|prueba|del?( la| las| los)?"
)
"""A folded name that says that there is none, or that it is not known. A match of the whole."""

_CHILD = "baby|infant|newborn|bebe|bb|hij[oa]|nin[oa]|child|twin|triplet|gemel[oa]|rn|recien nacid[oa]|unborn|unnamed|male|female|son|daughter|boy|girl|student|estudiante|babyboy|babygirl"
_IN_ORDER = re.compile("a|b|c|d|i|ii|iii|one|two|three|uno|dos|tres")
_SAYS_A_CHILD = re.compile(rf"({_CHILD})( ({_CHILD}|{_IN_ORDER.pattern}))*( (of|de|del) .+)?")
"""A folded given name that only says that there is a child: of a newborn, or of a twin. A match of the whole."""

_COUNTED = {
    "1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "6": "sixth", "7": "seventh", "8": "eighth", "9": "ninth",
    "ii": "second", "iii": "third", "iv": "fourth",
}  # fmt: skip
_COUNTED_NAME = re.compile(r"([^\W\d_]+)([1-4])(?![^\W_])")
_NUMBER = re.compile(r"(?<![^\W_])([1-9]|ii|iii|iv)(?![^\W_])", re.IGNORECASE)


def fold(text: str) -> str:
    """Lower case, no accents, no marks, words divided by one space: `José  LÓPEZ-Peña` is `jose lopez pena`.

    Letters outside the Latin alphabet each become one stand-in Latin letter, so that every key is plain ASCII
    and both engines measure its length alike; two such names stay different with near certainty.
    """
    spaced = _SEPARATORS.sub(" ", unicodedata.normalize("NFKD", text).lower())
    spaced = _DIGIT_IN_A_WORD.sub(lambda digit: _READ_FOR[digit[0]], spaced)
    return " ".join("".join(map(_plain, spaced)).split())


def _plain(mark: str) -> str:
    if mark.isascii():
        return mark if mark.isalpha() or mark == " " else ""
    if mark in _LETTERS_WITHOUT_MARKS:
        return _LETTERS_WITHOUT_MARKS[mark]
    return chr(ord("a") + ord(mark) % 26) if mark.isalpha() and unicodedata.category(mark) != "Lm" else ""


def tokens(name: str) -> list[str]:
    """The words of a name, particles joined to the word they lead: `de la Cruz Ortiz` is `delacruz`, `ortiz`.

    The Spanish "y" between surnames is left out; so are words that say that there is no name (NLN, unknown).
    """
    return [joined for joined, _ in tokens_with_heads(name)]


def given_tokens(name: str, *, first: bool = True) -> list[str]:
    """The words of a given name; none where it only says that there is a child (`Baby Girl`, `Infant of Rosa`, `Twin 2`) or has no letter (`5`).

    A number is a word, for `Maria 1` and `Maria 2`, `Maria1` and `Maria2` or `Juan II` and `Juan III` are two children. Of a middle name (not `first`) it is one by itself too: `2`, `Twin B`.
    """
    folded = fold(name)
    if _SAYS_A_CHILD.fullmatch(folded):
        return [] if first else _which(name, folded)
    if first and not folded:
        return []
    name = _COUNTED_NAME.sub(_apart, name)
    return tokens(_NUMBER.sub(lambda number: _COUNTED[number[0].lower()], name))


def _which(name: str, folded: str) -> list[str]:
    """The word that tells one twin from the other, where it is all that a name says: `second` of `Twin 2`, `b` of `Twin B`."""
    if number := _NUMBER.search(name):
        return [_COUNTED[number[0].lower()]]
    last = folded.split()[-1]
    return [last] if _IN_ORDER.fullmatch(last) else []


def _apart(counted: re.Match[str]) -> str:
    """A known name and the number behind it as two words; a digit behind another word is a letter that was read wrong."""
    return f"{counted[1]} {counted[2]}" if fold(counted[1]) in full_names() else counted[0]


def tokens_with_heads(name: str) -> list[tuple[str, str]]:
    """Each token beside its head, which is the word without its particles: (`delacruz`, `cruz`)."""
    found: list[tuple[str, str]] = []
    led_by = ""
    folded = fold(name)
    if _SAYS_NO_NAME.fullmatch(folded):
        return found
    words = folded.split()
    for place, word in enumerate(words):
        last = place == len(words) - 1
        if word in _CONJUNCTIONS and found and not last:
            continue
        if word in _PARTICLES and not last:
            led_by += word
            continue
        if word not in _NO_NAME or led_by:
            found.append((led_by + word, word))
        led_by = ""
    return found


_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(spelled), heard)
    for spelled, heard in (
        ("ph", "f"),
        ("ch|sh", "4"),  # one sound, kept out of the way of the silent h
        ("tz|ts", "s"),
        ("q(u(?=[ei]))?", "k"),
        ("gu(?=[ei])", "9"),  # hard g
        ("g(?=[ei])|x", "j"),
        ("9", "g"),
        ("sc(?=[ei])|c(?=[ei])|z", "s"),
        ("c", "k"),
        ("v", "b"),
        ("w", "u"),
        ("h", ""),
        ("ll|y", "i"),
        ("n(?=[bp])", "m"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=200_000)
def phonetic(token: str) -> str:
    """How a Spanish ear hears a folded token: `Velazquez`, `Belasques` and `Velásquez` share one key.

    Silent h, v as b, z and soft c as s, ll as y, soft g and x as j, qu as k, double letters as one.
    """
    for spelled, heard in _SOUNDS:
        token = spelled.sub(heard, token)
    return token


@cache
def nicknames() -> Mapping[str, str]:
    """Nickname to the name it stands for, both folded, from `nicknames.csv`, which has no ambiguous ones."""
    with (files("openmsix.matching") / "nicknames.csv").open(encoding="utf-8") as lines:
        return MappingProxyType({row["nickname"]: row["name"] for row in csv.DictReader(lines)})


def nickname(token: str) -> str:
    """The name that a folded token stands for: `lupe` is `guadalupe`; a full name is itself."""
    return nicknames().get(token, token)


@cache
def short_names() -> Mapping[str, frozenset[str]]:
    """Each short, English or Mesoamerican form, folded, with the names for which it may stand, from `short_names.csv`.

    `beto` is Roberto as well as Alberto, `joe` José as well as Joseph: no proof that two records are one child, but no sign of two either.
    """
    with (files("openmsix.matching") / "short_names.csv").open(encoding="utf-8") as lines:
        return MappingProxyType(
            {row["form"]: frozenset(row["names"].split()) for row in csv.DictReader(lines)}
        )


def may_stand_for(token: str) -> frozenset[str]:
    """The full names, besides itself, for which a folded token may be short: `beto` gives `alberto`, `roberto` ..."""
    return frozenset(nickname(name) for name in short_names().get(token, ())) - {nickname(token)}


@cache
def full_names() -> frozenset[str]:
    """The full given names that are known, from `full_names.csv` and the tables of nicknames and short forms: two of them are two names, however alike (Valeria, Valentina).

    Of several spellings of one name (Mayra, Maira) one is listed at most.
    """
    with (files("openmsix.matching") / "full_names.csv").open(encoding="utf-8") as lines:
        listed = frozenset(row["name"] for row in csv.DictReader(lines))
    return listed.union(nicknames().values(), *short_names().values())


def slips_of(token: str) -> frozenset[str]:
    """The full names that a folded token may be meant for: none if it is known itself, else those that are one letter away, or whose nickname is, two neighbouring letters in the
    other order counted as one.

    `marinaa` gives `marina` and not `maria`; `lupitaa` gives `guadalupe`.
    """
    known = full_names()
    if token in known or token in nicknames() or token in short_names():
        return frozenset()
    parts = {token, *_one_letter_less(token)}
    near = frozenset().union(*(_by_one_letter_less().get(part, ()) for part in parts))
    return frozenset(
        nickname(form) for form in near if DamerauLevenshtein.distance(token, form, score_cutoff=1) <= 1
    )


def _one_letter_less(token: str) -> set[str]:
    return {token[:at] + token[at + 1 :] for at in range(len(token))}


@cache
def _by_one_letter_less() -> Mapping[str, frozenset[str]]:
    """The full names and nicknames by themselves and by what is left of them without one letter: two words one letter apart share such a rest."""
    found: dict[str, set[str]] = {}
    for name in full_names().union(nicknames()):
        for part in (name, *_one_letter_less(name)):
            found.setdefault(part, set()).add(name)
    return MappingProxyType({part: frozenset(names) for part, names in found.items()})


@cache
def _forms() -> Mapping[str, frozenset[str]]:
    forms: dict[str, set[str]] = {}
    for short, full in nicknames().items():
        forms.setdefault(full, {full}).add(short)
    return MappingProxyType({full: frozenset(all_forms) for full, all_forms in forms.items()})


def same_nicknames(token: str) -> set[str]:
    """Every form of the same name, the token itself among them: `lupe` gives `guadalupe`, `lupita`, `gpe`."""
    return {token, *_forms().get(nickname(token), ())}
