"""The journal beside the kept files: acts in their order, each naming the one before it that the database held."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from django.db import transaction

from openmsix.intake import journal, kept, pieces
from openmsix.intake.models import JournalHead
from tests import parts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_folder(tmp_path: Path) -> Iterator[Path]:
    with parts.kept_in(tmp_path) as folder:
        yield folder


def headings(scope: str) -> list[pieces.Heading]:
    return [pieces.read(kept.read(name)).heading for name in kept.names(f"{journal.FOLDER}/{scope}")]


def test_entries_come_back_in_the_order_in_which_they_were_told(kept_folder: Path) -> None:
    rows = pl.DataFrame({"number": [7]})
    journal.append(
        ({"what": "minted", "number": number} for number in range(3)), {"linked": rows}, scope="TX"
    )
    journal.append([{"what": "confirmed", "submission": "TX-1"}], scope="TX")
    assert journal.append([]) == 0
    told = list(journal.read())
    assert [entry["what"] for entry in told] == ["minted"] * 3 + ["linked", "confirmed"]
    assert [entry.get("number") for entry in told] == [0, 1, 2, 7, None]
    assert all(entry["at"].startswith("2026-11-23") for entry in told)
    assert all(b"minted" not in path.read_bytes() for path in kept_folder.rglob("*.gz"))


def test_an_empty_journal_has_no_entries() -> None:
    assert list(journal.read()) == []


def test_an_act_that_was_rolled_back_is_named_by_none() -> None:
    journal.append([{"what": "one"}], scope="TX")
    with transaction.atomic():
        journal.append([{"what": "rolled back"}], scope="TX")
        transaction.set_rollback(True)
    journal.append([{"what": "two"}], scope="TX")
    journal.append([{"what": "of the nation"}])
    acts: dict[int, list[pieces.Heading]] = {1: [], 2: []}
    for heading in headings("TX"):
        acts[heading.number].append(heading)
    assert [len(of_number) for of_number in acts.values()] == [1, 2]
    assert {heading.after for heading in acts[2]} == {acts[1][0].act}
    last = JournalHead.objects.get(scope="TX")
    assert last.act in {heading.act for heading in acts[2]}
    [nation] = headings(journal.NATION)
    assert (nation.number, nation.after) == (1, "")


def test_nothing_is_told_while_acts_are_put_back() -> None:
    with journal.replaying():
        journal.append([{"what": "put back"}])
    assert list(journal.read()) == []
