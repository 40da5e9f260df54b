"""The birth dates that may be meant by the typed ones."""

from datetime import date

from openmsix.students.question import Question


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
