"""Comparing another model with the links as they are: what would change is told, and nothing is changed."""

from dataclasses import replace
from datetime import date

import pytest
from typer.testing import CliRunner

from openmsix.identity import relinking
from openmsix.identity.model import in_use
from openmsix.identity.models import CandidatePair, Link
from openmsix.ops.cli import app
from openmsix.ops.exits import Exit
from tests.integration.drawn import Student, child, take_in

pytestmark = pytest.mark.django_db

BORN = date(2014, 3, 12)


GIRLS = (("Ana", "Cruz", "Rosa Luna"), ("Beatriz", "Ruiz", "Elena Soto"), ("Citlali", "Tzul", "Micaela Xol"))


@pytest.fixture
def two_states() -> None:
    """Texas has three girls, California two of them."""
    for state, girls in (("TX", GIRLS), ("CA", GIRLS[:2])):
        take_in(
            state,
            *(Student(last, says=child(first, last, BORN, mother=mother)) for first, last, mother in girls),
        )


def kept() -> tuple[list[tuple[int, str]], int]:
    return list(Link.objects.order_by("pk").values_list("pk", "msix_id")), CandidatePair.objects.count()


@pytest.mark.usefixtures("two_states")
def test_the_model_that_made_the_links_would_make_them_again() -> None:
    found = relinking.compare(in_use())
    assert {kind: pairs.height for kind, pairs in found.changes.items()} == {
        "joined": 0,
        "parted": 0,
        "asked": 0,
    }
    assert found.records == 5
    assert found.children == found.children_then == 3


@pytest.mark.usefixtures("two_states")
def test_a_model_that_is_never_sure_would_part_children_and_ask_instead() -> None:
    before = kept()
    found = relinking.compare(replace(in_use(), same_above=1000.0))
    assert found.children_then == 5
    assert found.parted.height == found.asked.height == 2
    assert kept() == before


@pytest.mark.usefixtures("two_states")
def test_the_command_shows_a_sample_without_names_and_changes_nothing() -> None:
    before = kept()
    told = CliRunner().invoke(app, ["relink", "--dry-run"])
    assert told.exit_code == Exit.DONE, told.output
    assert "5 live records, 3 children now, 3 then" in told.output
    assert "Nothing was changed" in told.output
    assert kept() == before


def test_relinking_without_dry_run_is_refused_in_words() -> None:
    told = CliRunner().invoke(app, ["relink"])
    assert told.exit_code == Exit.USAGE
    assert "--dry-run" in told.output
