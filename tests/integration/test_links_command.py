"""`openmsix links`: a wrong link is found, undone and told to the State."""

from pathlib import Path

import pytest

from openmsix.identity.models import Link
from openmsix.ops.exits import Exit
from openmsix.records.models import StateRecord
from openmsix.students.models import Child
from tests import parts
from tests.command_line import Terminal

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

MOTHER = {"female_parent_first_name": "Rosa", "female_parent_last_name": "Peña Luna", "middle_name": "Sofia"}


def file_of(state: str, folder: Path) -> Path:
    """A file in which this State tells of the same two children."""
    rows = parts.two_children()
    for row in (*rows["header"], *rows["students"]):
        row |= {key: state for key in ("submitting_state", "reporting_state") if key in row}
    for row in rows["demographics"]:
        row |= MOTHER
    path = folder / f"{state}.zip"
    path.write_bytes(parts.part(rows))
    return path


def test_a_wrong_link_is_found_and_undone_and_the_state_is_told(
    openmsix: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openmsix("submit", file_of("TX", tmp_path), file_of("CA", tmp_path))
    link = Link.objects.live().get(state_code="CA", state_record__state_student_id="NEW1")
    assert (
        Link.objects.live().get(state_code="TX", state_record__state_student_id="NEW1").msix_id
        == link.msix_id
    )

    monkeypatch.setenv("COLUMNS", "60")
    shown = openmsix("links", "show", "--state", "ca", "--student", "NEW1")
    assert shown.code == Exit.DONE
    assert {str(link.pk), link.msix_id, "now"} <= set(shown.out.split())

    undone = openmsix("links", "undo", str(link.pk), "--reason", "another child")
    assert undone.code == Exit.DONE
    own = Link.objects.live().get(state_record=link.state_record)
    assert own.msix_id in undone.out
    assert own.msix_id in openmsix("ids", "--state", "CA").out
    children = Child.objects.in_bulk([link.msix_id, own.msix_id])
    assert [children[key].states for key in (link.msix_id, own.msix_id)] == [["TX"], ["CA"]]

    assert openmsix("links", "undo", str(own.pk), "--reason", "it was right").code == Exit.DONE
    assert Child.objects.get(pk=link.msix_id).states == ["CA", "TX"]


def test_nothing_of_a_link_is_cut_on_a_narrow_screen(
    openmsix: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openmsix("submit", file_of("TX", tmp_path))
    link = Link.objects.live().get(state_record__state_student_id="NEW1")
    StateRecord.objects.filter(pk=link.state_record_id).update(state_student_id="009327461502837")
    monkeypatch.setenv("COLUMNS", "40")
    shown = openmsix("links", "show", "--state", "TX", "--student", "009327461502837")
    for whole in ("009327461502837", link.msix_id, f"{link.opened_at:%Y-%m-%d %H:%M}", link.decided_by):
        assert whole in shown.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("undo", "999999", "--reason", "x"), "no link 999999"),
        (("undo", "only", "--reason", "x"), "only"),
        (("show", "--state", "TX", "--student", "nobody"), "no student nobody"),
    ],
)
def test_what_cannot_be_shown_or_undone_says_why(
    openmsix: Terminal, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    openmsix("submit", file_of("TX", tmp_path))
    only = str(Link.objects.live().filter(state_code="TX").values_list("pk", flat=True)[0])
    ended = openmsix("links", *(only if word == "only" else word for word in words))
    assert ended.code == Exit.USAGE
    assert told in ended.said
