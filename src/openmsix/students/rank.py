"""How well a child answers a search, and why: pure, deterministic, from the typed words and what the States
said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rapidfuzz.distance import OSA

from openmsix.students.question import Question, Reading
from openmsix.students.vocabulary import How, Meanings
from openmsix.students.words import without_zeros

# A parent's name is a weaker sign than the child's own.
PARENT_WEIGHT = 0.6
NAMES_SHARE, DATE_SHARE = 0.6, 0.4
NEARLY_THE_DATE = 0.7
# Identifiers stand above names. With its State it stands above an MSIX ID of the same digits (3).
WITH_ITS_STATE, ALONE, WITHOUT_ZEROS = 4.0, 2.0, 1.9


class Why(StrEnum):
    """A reason why a child was found. `typed` and `found` of a `Reason` are the two words or dates it is
    about.
    """

    NAME = "name as typed"
    NICKNAME = "nickname"
    JOINED = "name written apart or together"
    SOUND = "name sounds alike"
    BEGINNING = "name begins so"
    LETTER = "a letter differs"
    PARENT = "parent's name"
    MISSING = "nothing like the typed word"
    SURNAMES_SWAPPED = "surnames in the other order"
    BORN = "birth date"
    DAY_AND_MONTH = "day and month swapped"
    DIGIT = "a digit of the birth date differs"
    MONTH = "birth month"
    YEAR = "birth year"
    OTHER_YEAR = "birthday in another year"
    MSIX_ID = "MSIX ID"
    FORMER_ID = "former MSIX ID"
    STATE_ID = "State identifier"


@dataclass(frozen=True)
class Reason:
    """One reason."""

    why: Why
    typed: str = ""
    found: str = ""


@dataclass(frozen=True)
class Row:
    """What one state record says, as far as searches ask (a row of `SearchRow`)."""

    state_code: str
    ids: Sequence[str]
    birth_date: date | None
    given: Sequence[str]
    surnames: Sequence[str]
    parents: Sequence[str]


@dataclass(frozen=True)
class Typed:
    """A typed word with the words it may mean: among children's own names and among parents'."""

    word: str
    own: Meanings
    parents: Meanings


@dataclass(frozen=True)
class Rank:
    """How well, from 0 to 1 (identifiers stand above), and why. `fits`: names and a full birth date agree."""

    score: float
    reasons: tuple[Reason, ...]
    fits: bool = False


_HOW: Mapping[How, Why] = {
    How.EXACT: Why.NAME, How.NICKNAME: Why.NICKNAME, How.JOINED: Why.JOINED, How.SOUND: Why.SOUND,
    How.BEGINNING: Why.BEGINNING, How.LETTER: Why.LETTER,
}  # fmt: skip


def rank(question: Question, typed: Sequence[Typed], rows: Sequence[Row]) -> Rank | None:
    """How well a child with these state records answers; None if it does not."""
    if by_id := _state_id(question, rows):
        return by_id
    date_score, date_reason = _best_date(question, rows)
    if not typed:
        return Rank(date_score, (date_reason,)) if date_reason else None
    matches = [match for word in typed if (match := _match(word, rows))]
    missing = len(typed) - len(matches)
    if not matches or missing > _most_missing(len(typed), date_score):
        return None
    names_score = sum(match.score for match in matches) / len(typed) * 0.95 + _covered(matches, rows) * 0.05
    reasons = [match.reason for match in matches]
    answered = {match.reason.typed for match in matches}
    reasons += [Reason(Why.MISSING, word.word) for word in typed if word.word not in answered]
    if _swapped(matches, rows):
        reasons.append(Reason(Why.SURNAMES_SWAPPED))
    if date_reason:
        reasons.append(date_reason)
    score = NAMES_SHARE * names_score + DATE_SHARE * date_score if question.dated else names_score
    fits = bool(question.born) and not missing and date_score >= NEARLY_THE_DATE
    return Rank(round(score, 4), tuple(reasons), fits)


def _most_missing(words: int, date_score: float) -> int:
    """How many typed words may be without an answer: with the birth date at hand all but one."""
    if date_score >= NEARLY_THE_DATE:
        return words - 1
    return 1 if words > 2 else 0


def _state_id(question: Question, rows: Sequence[Row]) -> Rank | None:
    found = (
        Rank(_closeness(state_code, identifier, row), (Reason(Why.STATE_ID, identifier, row.state_code),))
        for state_code, identifier in question.state_ids
        for row in rows
        if state_code in ("", row.state_code)
    )
    best = max(found, key=lambda one: one.score, default=None)
    return best if best and best.score else None


def _closeness(state_code: str, identifier: str, row: Row) -> float:
    if identifier in row.ids:
        return WITH_ITS_STATE if state_code else ALONE
    zeroless = without_zeros(identifier)
    return WITHOUT_ZEROS if any(without_zeros(known) == zeroless for known in row.ids) else 0.0


@dataclass(frozen=True)
class _Match:
    score: float
    reason: Reason
    found: str
    own: bool


def _match(typed: Typed, rows: Iterable[Row]) -> _Match | None:
    """The closest word of the child, or of a parent, that the typed word may mean."""
    best: _Match | None = None
    for row in rows:
        for word in (*row.given, *row.surnames):
            if (how := typed.own.get(word)) and (best is None or how.closeness > best.score):
                best = _Match(how.closeness, Reason(_HOW[how], typed.word, word), word, own=True)
        for word in row.parents:
            if (how := typed.parents.get(word)) and (
                best is None or how.closeness * PARENT_WEIGHT > best.score
            ):
                best = _Match(
                    how.closeness * PARENT_WEIGHT, Reason(Why.PARENT, typed.word, word), word, own=False
                )
    return best


def _covered(matches: Sequence[_Match], rows: Iterable[Row]) -> float:
    """Which share of the child's own names was asked for, in the state record where it is most."""
    found = {match.found for match in matches if match.own}
    return max(
        (len(found & names) / len(names) for row in rows if (names := {*row.given, *row.surnames})),
        default=0.0,
    )


def _swapped(matches: Sequence[_Match], rows: Iterable[Row]) -> bool:
    """Whether the surnames were typed in another order than every state record has them."""
    asked = [match.found for match in matches if match.own]
    orders = [[row.surnames.index(word) for word in asked if word in row.surnames] for row in rows]
    both = [order for order in orders if len(set(order)) > 1]
    return bool(both) and all(order != sorted(order) for order in both)


def _best_date(question: Question, rows: Iterable[Row]) -> tuple[float, Reason | None]:
    best: tuple[float, Reason | None] = (0.0, None)
    if not question.dated:
        return best
    for born in sorted({row.birth_date for row in rows if row.birth_date}):
        score, why = likeness(question, born)
        if why and score > best[0]:
            best = (score, Reason(why, found=born.isoformat()))
    return best


def likeness(question: Question, born: date) -> tuple[float, Why | None]:
    """How well a birth date answers what was typed of one, and in which way."""
    if (reading := question.born.get(born)) is not None:
        return (1.0, Why.BORN) if reading is Reading.AS_TYPED else (0.9, Why.DAY_AND_MONTH)
    if (born.year, born.month) in question.months:
        return 0.9, Why.MONTH
    if born.year in question.years:
        return 0.8, Why.YEAR
    found = [_near(typed, born) for typed in question.born]
    return max(found, key=lambda pair: pair[0], default=(0.0, None))


def _near(typed: date, born: date) -> tuple[float, Why | None]:
    if (typed.year, typed.month, typed.day) == (born.year, born.day, born.month):
        return 0.9, Why.DAY_AND_MONTH
    if OSA.distance(f"{typed:%Y%m%d}", f"{born:%Y%m%d}") == 1:
        return 0.7, Why.DIGIT
    if (typed.year, typed.month) == (born.year, born.month):
        return 0.5, Why.MONTH
    if (typed.month, typed.day) == (born.month, born.day):
        return 0.4, Why.OTHER_YEAR
    return (0.25, Why.YEAR) if typed.year == born.year else (0.0, None)


def likely_dates(question: Question) -> list[date]:
    """The birth dates typed, and those with day and month swapped."""
    swapped = (_day(f"{typed:%Y%d%m}") for typed in question.born)
    return sorted({*question.born, *filter(None, swapped)})


def near_dates(question: Question) -> list[date]:
    """The birth dates with one digit wrong, or two digits changed about."""
    found: set[date] = set()
    for typed in question.born:
        digits = f"{typed:%Y%m%d}"
        forms = {digits[:at] + digit + digits[at + 1 :] for at in range(2, 8) for digit in "0123456789"}
        forms |= {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(2, 7)}
        found |= {day for form in forms if (day := _day(form))}
    return sorted(found - set(likely_dates(question)))


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
