"""Match rows that an earlier version made are made anew when the database is brought up to date."""

from datetime import date

import pytest

from openmsix.identity import rows
from openmsix.identity.models import MatchRow, Preparation
from tests.integration.drawn import Student, child, take_in

pytestmark = pytest.mark.django_db


def test_rows_made_by_other_rules_are_made_anew_and_those_of_today_are_left() -> None:
    take_in("TX", Student("T1", says=child("Ana", "Cruz", date(2014, 3, 12), mother="Rosa Luna")))
    made = MatchRow.objects.values().get()
    MatchRow.objects.update(given=None, k_born_given=None, live=True)
    Preparation.objects.all().delete()
    told: list[str] = []
    rows.bring_up_to_date(told.append)
    assert MatchRow.objects.values().get() == made
    assert told == ["Preparing all records for the linkage anew"]
    MatchRow.objects.update(given="eva")
    rows.bring_up_to_date(told.append)
    assert MatchRow.objects.values_list("given", flat=True).get() == "eva"
    assert len(told) == 1
