"""Two that show the same child at once: the second waits for the first, and what it shows is whole."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from openmsix.identity.models import Link
from openmsix.students import actions, statements
from openmsix.students.models import SearchRow
from tests.integration.texas import THIRTY, Texas

pytestmark = pytest.mark.usefixtures("kept_folder")


@pytest.mark.usefixtures("committed_db")
def test_two_that_derive_the_same_children_at_once_wait_for_each_other(tmp_path: Path) -> None:
    Texas(tmp_path).send(THIRTY)
    msix_ids = list(Link.objects.values_list("msix_id", flat=True))

    def derive() -> int:
        try:
            return actions.rebuild(msix_ids=msix_ids)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            actions.rebuild(msix_ids=msix_ids)
            other = pool.submit(derive)
            with pytest.raises(TimeoutError):
                other.result(1)
        assert other.result(20) == len(THIRTY)
    assert SearchRow.objects.count() == len(THIRTY)


@pytest.mark.usefixtures("committed_db")
def test_a_few_children_are_found_by_an_index_and_not_by_reading_all(tmp_path: Path) -> None:
    """A column of another type than the one it is held against keeps PostgreSQL from its indexes, and it says nothing."""
    Texas(tmp_path).send(THIRTY)
    with transaction.atomic(), connection.cursor() as cursor:
        actions.rebuild(msix_ids=Link.objects.values_list("msix_id", flat=True)[:1])
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in (
            statements.FORGET_SEARCH_ROWS_OF_CHILDREN,
            statements.FORGET_SEARCH_ROWS_OF_RECORDS,
            statements.SILENT_CHILDREN % {"now": "now()"},
        ):
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan on students_" not in plan, plan
