"""An MSIX ID that comes with a student and is another child's: never followed, told in the receipt, and put to a person."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from openmsix.identity import actions
from openmsix.identity.models import CandidatePair, KnownDifferent, Link, MsixId
from openmsix.intake import receipts
from openmsix.intake.models import Submission
from openmsix.worklist.models import Task
from tests.integration.drawn import BY, LUPE, PERHAPS_LUPE, Student, answers, child, take_in

pytestmark = pytest.mark.django_db

SAME_NAME_OTHER_FAMILY = child(
    "Guadalupe", "Mendoza", date(2014, 3, 12), last_2="Ibarra", mother="Ana Ibarra"
)
BEN = child("Benjamin", "Ruiz", date(2012, 7, 4), last_2="Lopez", mother="Ana Lopez", sex="Male")


@pytest.fixture(autouse=True)
def _own_journal(settings: Any, tmp_path: Path) -> None:
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "kept": kept}


def id_of(state: str, ssid: str) -> str:
    return Link.objects.live().get(state_code=state, state_record__state_student_id=ssid).msix_id


def told(sent: Submission) -> list[tuple[str, str, int | None, str, str | None]]:
    return [
        (one.code, one.record, one.line, one.element, one.value)
        for one in sent.findings.order_by("seq", "code")
    ]


def near_matches(state: str) -> list[Task]:
    return list(Task.objects.open().filter(type="near_match", place__code=state, level="state"))


@pytest.fixture
def lupe() -> str:
    """The MSIX ID of a child of Texas."""
    take_in("TX", Student("T1", says=LUPE))
    return id_of("TX", "T1")


@pytest.mark.parametrize("says", [BEN, SAME_NAME_OTHER_FAMILY], ids=["vetoed", "unlike without a veto"])
def test_a_new_student_with_another_childs_id_is_kept_apart_told_and_asked_about(
    lupe: str, says: Any
) -> None:
    sent, linked = take_in("CA", Student("C1", says=says, msix_id=lupe))
    assert id_of("CA", "C1") != lupe
    assert told(sent) == [("E614", "students", 1, "msix_id", lupe)]
    [task] = near_matches("CA")
    assert task.subject_id == str(CandidatePair.objects.get(source="sent").pk)
    assert "MSIX ID" in task.title
    assert linked.sent == 0


@pytest.mark.parametrize(
    "again", [BEN, {**BEN, "middle_name": "Abel"}], ids=["unchanged", "with other content"]
)
def test_a_living_student_with_another_childs_id_stays_who_it_is_and_is_told_and_asked_about(
    lupe: str, again: Any
) -> None:
    take_in("CA", Student("C1", says=BEN))
    own = id_of("CA", "C1")
    sent, _ = take_in("CA", Student("C1", "U", again, msix_id=lupe))
    assert answers(sent) == {"C1": (own, "kept")}
    assert told(sent) == [("E614", "students", 1, "msix_id", lupe)]
    assert len(near_matches("CA")) == 1
    later, _ = take_in("CA", Student("C1", "U", again, msix_id=lupe))
    assert told(later) == told(sent)
    assert len(near_matches("CA")) == 1


def test_the_id_that_matches_is_followed_without_a_finding(lupe: str) -> None:
    sent, _ = take_in("CA", Student("C1", says=LUPE, msix_id=lupe))
    assert answers(sent) == {"C1": (lupe, "sent")}
    again, _ = take_in("CA", Student("C1", "U", {**LUPE, "middle_name": None}, msix_id=lupe))
    assert answers(again) == {"C1": (lupe, "kept")}
    assert told(sent) == told(again) == []
    assert near_matches("CA") == []


def test_the_id_of_a_child_that_may_be_the_same_is_a_near_match(lupe: str) -> None:
    sent, _ = take_in("CA", Student("C1", says=PERHAPS_LUPE, msix_id=lupe))
    assert answers(sent) == {"C1": (id_of("CA", "C1"), "near_match")}
    assert id_of("CA", "C1") != lupe
    assert told(sent) == [("E615", "students", 1, "msix_id", lupe)]
    assert len(near_matches("CA")) == 1


def test_the_id_of_a_child_without_records_does_not_take_a_living_student_away() -> None:
    take_in("CA", Student("C1", says=BEN))
    own = id_of("CA", "C1")
    MsixId.objects.create(msix_id="000000000009", minted_at="2026-01-01T00:00Z", origin="adopted")
    sent, _ = take_in("CA", Student("C1", "U", BEN, msix_id="000000000009"))
    assert answers(sent) == {"C1": (own, "kept")}
    assert told(sent) == [("E614", "students", 1, "msix_id", "000000000009")]
    assert near_matches("CA") == []


def test_an_unknown_id_is_taken_as_before() -> None:
    sent, _ = take_in("CA", Student("C1", says=BEN, msix_id="000000000001"))
    assert answers(sent) == {"C1": ("000000000001", "sent")}
    assert told(sent) == []


def test_a_pair_that_people_decided_is_told_of_and_not_asked_again(lupe: str) -> None:
    take_in("CA", Student("C1", says=LUPE))
    actions.undo(link=Link.objects.live().get(state_code="CA"), by=BY, reason="another child")
    left, right = sorted(Link.objects.live().values_list("state_record_id", flat=True))
    KnownDifferent.objects.create(
        left_id=left, right_id=right, decided_at="2026-01-01T00:00Z", decided_by="x", reason="y"
    )
    sent, _ = take_in("CA", Student("C1", "U", LUPE, msix_id=lupe))
    assert told(sent) == [("E614", "students", 1, "msix_id", lupe)]
    assert near_matches("CA") == []


def test_the_student_is_counted_among_those_with_findings(lupe: str) -> None:
    sent, _ = take_in("CA", Student("C1", says=BEN, msix_id=lupe), Student("C2", says=LUPE))
    sent.refresh_from_db()
    verdicts = dict(sent.answers.values_list("state_student_id", "verdict"))
    assert verdicts == {"C1": "findings", "C2": "accepted"}
    assert list(sent.answers.order_by("seq").values_list("findings", flat=True)) == [1, 0]
    assert (sent.counts["with_findings"], sent.counts["findings"]["warning"]) == (1, 1)
    actions.link(submission=sent, by=BY)
    assert sent.findings.count() == 1


def test_every_receipt_tells_it_and_says_nothing_of_the_other_child(lupe: str) -> None:
    sent, _ = take_in("CA", Student("C1", says=BEN, msix_id=lupe))
    made = receipts.of(sent)
    [row] = csv.DictReader(io.StringIO(made.as_csv()))
    [finding] = json.loads(made.as_json())["findings"]
    for where in (row, finding):
        assert (where["code"], where["element"], where["value"]) == ("E614", "msix_id", lupe)
        assert "another child" in where["wrong"]
        assert "leave" in where["mend"]
    for words in (made.in_words(), made.as_html(), made.as_csv(), made.as_json()):
        assert "E614" in words
        assert not any(word in words for word in ("Guadalupe", "Hern", "T1", "TX"))
