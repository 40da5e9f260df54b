"""Match rows that an earlier version made are made anew when the database is brought up to date."""

from datetime import date

import pytest

from openmsix import staging
from openmsix.identity import rows
from openmsix.identity.models import MatchRow, Preparation
from openmsix.matching.blocking import KEYS
from tests.integration.drawn import Student, child, take_in


@pytest.mark.django_db
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


@pytest.mark.usefixtures("committed_db")
def test_whatever_is_looked_up_is_read_into_memory_by_its_index(monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[str] = []

    def explained(statement: str) -> int:
        if not statement.startswith("SELECT"):
            return run(statement)
        plans.append("\n".join(line for (line,) in staging.rows(f"EXPLAIN {statement}")))
        return 0

    run = staging.run
    monkeypatch.setattr(staging, "run", explained)
    rows.read_into_memory()
    by_index = [plan for plan in plans if "Index Only Scan" in plan]
    assert len(by_index) == len(KEYS) + 3  # and by the record, of match rows and of links, and by the MSIX ID
    assert all(any(f"match_{key.name}" in plan for plan in by_index) for key in KEYS)
    assert sum("Seq Scan" in plan for plan in plans) == len(plans) - len(by_index) == 2
