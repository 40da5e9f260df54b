"""Two that show the same child at once: the second waits for the first, and what it shows is whole."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections, transaction

from openmsix.identity.models import Link
from openmsix.students import actions
from openmsix.students.models import SearchRow
from tests import parts
from tests.integration.texas import THIRTY, Texas


@pytest.fixture(autouse=True)
def kept_folder(tmp_path: Path) -> Iterator[None]:
    with parts.kept_in(tmp_path / "kept"):
        yield


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
