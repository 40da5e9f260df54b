"""Comparing another model with the links as they are: what would change is told, and nothing is changed."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.identity import relinking
from openmsix.identity.accepting import Accepted
from openmsix.identity.model import in_use
from openmsix.identity.models import CandidatePair, Link, MsixId, Proposal
from openmsix.matching.model import Model
from openmsix.ops.cli import app
from openmsix.ops.exits import Exit
from openmsix.worklist.models import Task
from tests.integration.drawn import Student, child, take_in
from tests.people import hat

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

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
        "unasked": 0,
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


def test_open_questions_that_a_model_would_not_ask_are_shown_and_written_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in("TX", Student("T1", says=child("Valeria", "Cruz", BORN, mother="Rosa Luna")))
    take_in("CA", Student("C1", says=child("Valentina", "Cruz", BORN, mother="Rosa Luna")))
    assert CandidatePair.objects.get().status == "open"
    sure = replace(in_use(), same_above=2000.0, possible_above=1000.0)
    found = relinking.compare(sure)
    assert (found.unasked.height, found.asked.height) == (1, 0)
    monkeypatch.setattr("openmsix.identity.model.in_use", lambda: sure)
    told = CliRunner().invoke(app, ["relink", "--dry-run", "--out", str(tmp_path / "changes.csv")])
    assert told.exit_code == Exit.DONE, told.output
    assert "1 open questions that placing all records at once would not ask, a sample:" in told.output
    with (tmp_path / "changes.csv").open(encoding="utf-8") as file:
        [line] = csv.DictReader(file)
    assert (line["kind"], {line["student_1"][:2], line["student_2"][:2]}) == ("unasked", {"TX", "CA"})
    assert "stand for two names" in line["differences"]
    told = CliRunner().invoke(app, ["relink", "--accept", "--yes"])
    assert "There is nothing to ask people" in told.output


def open_tasks() -> list[tuple[str, str]]:
    return sorted(
        (type_, state or "") for type_, state in Task.objects.open().values_list("type", "state_code")
    )


def accepted(model: Model) -> Accepted:
    return decisions.accept(found=relinking.compare(model), model=model, by=Hat.system("operator"))


@pytest.mark.usefixtures("two_states")
def test_once_accepted_people_are_asked_of_each_change_and_no_link_is_changed() -> None:
    before, _ = kept()
    assert accepted(replace(in_use(), same_above=1000.0)) == Accepted(questions=0, splits=2)
    assert kept()[0] == before
    assert open_tasks() == [("validate_merge", state) for state in ("CA", "CA", "TX", "TX")]


@pytest.mark.usefixtures("two_states")
def test_two_children_that_would_become_one_are_a_near_match_at_the_state_that_came_later() -> None:
    [link, _] = Link.objects.live().filter(state_record__state_student_id="Cruz").order_by("pk")
    [wrong] = Link.objects.live().filter(state_record__state_student_id="Cruz", state_code="CA")
    Link.objects.filter(pk=wrong.pk).update(
        msix=MsixId.objects.create(msix_id="900000000001", minted_at=link.opened_at, origin="minted"),
        reason="new",
    )
    before, _ = kept()
    assert accepted(in_use()) == Accepted(questions=1, splits=0)
    assert kept()[0] == before
    assert open_tasks() == [("near_match", "CA")]
    pair = CandidatePair.objects.get()
    assert pair.evidence["reasons"] == ["two_existing_children"]
    assert pair.evidence["levels"]["given_name"] == "same"


@pytest.mark.usefixtures("two_states")
def test_nobody_is_asked_twice_nor_of_a_split_that_was_refused() -> None:
    unsure = replace(in_use(), same_above=1000.0)
    accepted(unsure)
    assert accepted(unsure) == Accepted(0, 0)
    for proposal in Proposal.objects.open():
        decisions.refuse(proposal=proposal, by=Hat.system("second"), reason="one child")
    assert accepted(unsure) == Accepted(0, 0)
    assert open_tasks() == []


@pytest.mark.usefixtures("two_states")
def test_what_changed_since_it_was_placed_anew_is_left_out() -> None:
    unsure = replace(in_use(), same_above=1000.0)
    found = relinking.compare(unsure)
    Link.objects.live().filter(state_code="CA").update(closed_at=Link.objects.earliest("pk").opened_at)
    assert decisions.accept(found=found, model=unsure, by=Hat.system("operator")) == Accepted(0, 0)


@pytest.mark.usefixtures("two_states")
def test_of_what_a_state_says_otherwise_or_no_more_since_it_was_placed_anew_nobody_is_asked() -> None:
    unsure = replace(in_use(), same_above=1000.0)
    found = relinking.compare(unsure)
    assert found.parted.height == 2
    take_in("CA", Student("Cruz", says=child("Noé", "Peña", date(2009, 1, 2), mother="Alma Ortiz")))
    take_in("CA", Student("Ruiz", action="D"))
    Proposal.objects.all().delete()
    assert decisions.accept(found=found, model=unsure, by=Hat.system("operator")) == Accepted(0, 0)


@pytest.mark.usefixtures("two_states")
def test_children_whom_people_joined_are_not_parted_again_however_unlike_they_are() -> None:
    texan, californian = (
        Link.objects.live().get(state_code=state, state_record__state_student_id=student).msix_id
        for state, student in (("TX", "Tzul"), ("CA", "Ruiz"))
    )
    by = [hat("state_data_administrator", state) for state in ("TX", "CA")]
    asked = decisions.merge(master=californian, others=[texan], by=by[0], reason="their mother says so")
    assert decisions.validate(proposal=asked, by=by[1])
    for model in (in_use(), replace(in_use(), same_above=1000.0)):
        found = relinking.compare(model)
        assert californian not in found.parts["now"].to_list()
        assert californian in Link.objects.live().values_list("msix_id", flat=True)


@pytest.mark.usefixtures("two_states")
def test_the_command_asks_before_it_asks_people(monkeypatch: pytest.MonkeyPatch) -> None:
    unsure = replace(in_use(), same_above=1000.0)
    monkeypatch.setattr("openmsix.identity.model.in_use", lambda: unsure)
    told = CliRunner().invoke(app, ["relink", "--accept"], input="n\n")
    assert told.exit_code == Exit.DONE, told.output
    assert "Nothing was changed" in told.output
    assert open_tasks() == []
    told = CliRunner().invoke(app, ["relink", "--accept", "--yes"])
    assert "0 near matches were opened and 2 splits proposed" in told.output
    assert len(open_tasks()) == 4


@pytest.mark.parametrize("words", [[], ["--dry-run", "--accept"]])
def test_relinking_shows_or_asks_one_of_both(words: list[str]) -> None:
    told = CliRunner().invoke(app, ["relink", *words])
    assert told.exit_code == Exit.USAGE
    assert "--dry-run" in told.output
