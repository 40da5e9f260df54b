"""Marked values: a made-up child whose every value is found nowhere else, so that any trace of it can be searched for."""

import copy
from collections.abc import Iterable

from tests import parts
from tests.parts import Rows

FIRST, LAST, LAST_2, MOTHER = "Zyxquorvia", "Wombeltharn", "Krúžtavel", "Ophelquist"
BORN = "20131029"
STUDENT_ID, OTHER_ID, MSIX_ID = "QXZ7719M", "AQX99173", "918273645546"
MAIL, PASSWORD, PHONE = "pelquorn@marked.example", "Trombalex-password-77", "555-867-5309"
FILE_NAME = "wombeltharn-zyxquorvia.zip"

TRACES = (
    FIRST, LAST, LAST_2, "Kr\\u00fa", MOTHER, BORN, "2013-10-29", "10/29/2013", "29 Oct 2013", STUDENT_ID, OTHER_ID, MSIX_ID, MAIL, "pelquorn", "Trombalex",
    PHONE, "5558675309",
)  # fmt: skip


def child(student_id: str = STUDENT_ID) -> Rows:
    """A part with the marked child, and one more child beside it."""
    rows = copy.deepcopy(parts.two_children())
    rows["students"][0]["state_student_id"] = student_id
    rows["alternate_ids"][0]["alternate_student_id"] = OTHER_ID
    rows["demographics"][0] |= {
        "first_name": FIRST,
        "last_name_1": LAST,
        "last_name_2": LAST_2,
        "birth_date": BORN,
        "female_parent_first_name": MOTHER,
        "female_parent_last_name": LAST,
    }
    return rows


def traces_in(text: str, but: Iterable[str] = ()) -> list[str]:
    """The marked values that stand in a text, whatever their case."""
    lower = text.lower()
    return [trace for trace in TRACES if trace.lower() in lower and trace not in but]
