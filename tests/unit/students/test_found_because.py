"""In which words a result says why it was found."""

import pytest

from openmsix.students.models import Child
from openmsix.students.rank import Rank
from openmsix.students.rank_reasons import Reason, Why
from openmsix.students.search import Hit
from openmsix.web.children.words import missing, reasons

CHILD = Child(first_name="José Luis", middle_name="", last_name_1="de la Cruz", last_name_2="Díaz")
JOSE, CRUZ, RUIZ = (Reason(Why.NAME, word, word) for word in ("jose", "cruz", "ruiz"))
NO_MELISSA = Reason(Why.MISSING, "melissa")
PEPE = Reason(Why.NICKNAME, "pepe", "jose")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([JOSE, CRUZ], ["name as typed"]),
        ([JOSE, NO_MELISSA], ["other names as typed"]),
        ([PEPE, CRUZ], ["Pepe and Jose can be one name", "other names as typed"]),
        ([RUIZ], ["Ruiz in another State's record"]),
        ([JOSE, RUIZ], ["Ruiz in another State's record", "other names as typed"]),
    ],
)
def test_what_is_said_is_true_of_the_name_that_is_shown(found: list[Reason], said: list[str]) -> None:
    assert reasons(Hit(CHILD, Rank(0.0, tuple(found)))) == said


def test_what_is_missing_is_said_apart() -> None:
    assert missing(Hit(CHILD, Rank(0.0, (JOSE, NO_MELISSA)))) == ["no name like Melissa"]
