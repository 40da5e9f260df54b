"""The page on which a person decides whether a submission may close students: who they are, what the answers do, and what changed meanwhile."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from openmsix.audit.models import Event
from openmsix.intake import journal, receipts
from openmsix.intake.models import Submission
from tests.integration.texas import THIRTY, Texas
from tests.people import hat, person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

EIGHTY = {f"S{number}": f"Ana {number}" for number in range(1, 81)}


@pytest.fixture
def texas(tmp_path: Path) -> Texas:
    return Texas(tmp_path)


@pytest.fixture
def held(texas: Texas) -> Submission:
    texas.send(EIGHTY)
    return texas.send({"S1": "Anita"})


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(person("state_data_administrator"))
    return client


def page(client: Client, submission: Submission, query: str = "") -> str:
    answer = client.get(reverse("submissions:decide", args=[submission.ref]) + query, follow=True)
    return " ".join(answer.content.decode().split())


def answer(
    client: Client, submission: Submission, said: str, counted_at: str, reason: str = "The season is over."
) -> str:
    given = {"answer": said, "counted_at": counted_at, "reason": reason}
    url = reverse("submissions:decide", args=[submission.ref])
    return " ".join(client.post(url, given, follow=True).content.decode().split())


def test_the_page_lists_who_would_close_with_identifier_and_name(
    administrator: Client, held: Submission
) -> None:
    first, second = page(administrator, held), page(administrator, held, "?page=2")
    assert "Close 79 of 80 students?" in first
    assert "99%" in first
    assert "1 to 50 of 79" in first
    assert re.search(r"Counted on (<[^>]*>)?23 Nov 2026(</[^>]*>)? at \d\d:\d\d UTC\.", first)
    assert "S2<br>" in first
    assert "Ana 2 Hernández Peña" in first
    assert "Left out of the file" in first
    assert "51 to 79 of 79" in second
    assert "Ana 80" in first + second
    assert "Ana 1 " not in first + second
    assert Event.objects.filter(action="intake:closings:shown", subject_id=held.ref).count() == 2


def test_the_list_is_a_csv_file_too(administrator: Client, held: Submission) -> None:
    url = reverse("submissions:closings_csv", args=[held.ref])
    assert url in page(administrator, held)
    given = administrator.get(url)
    assert given.headers["Content-Disposition"] == f'attachment; filename="{held.ref}-would-close.csv"'
    text = b"".join(given.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 79
    assert rows[0] == {
        "state_student_id": "S10",
        "state_student_id_type": "01",
        "name": "Ana 10 Hernández Peña",
        "birth_date": "2010-03-12",
        "how": "Left out of the file",
    }
    assert Event.objects.get(action="intake:closings:downloaded").subject_id == held.ref


def test_an_answer_to_older_numbers_is_sent_back_to_the_new_ones(
    administrator: Client, texas: Texas, held: Submission
) -> None:
    assert held.checked_at
    seen = held.checked_at.isoformat()
    texas.send({"S2": "Eva"}, kind="delta")
    from openmsix import flow

    assert flow.take_in(held.pk).status == "waiting"
    told = answer(administrator, held, "confirm", seen)
    assert "counted anew after you opened the page" in told
    assert "Close 78 of 80 students?" in told
    assert Submission.objects.get(pk=held.pk).status == "waiting"


def test_whoever_comes_second_is_told_who_confirmed(administrator: Client, held: Submission) -> None:
    assert held.checked_at
    seen = held.checked_at.isoformat()
    assert "Confirmed. The submission goes on." in answer(administrator, held, "confirm", seen)
    assert "was confirmed by" in answer(administrator, held, "confirm", seen)
    assert "was confirmed by" in answer(administrator, held, "decline", seen)
    assert "was confirmed by" in page(administrator, held)


def test_what_is_superseded_says_so_to_whoever_opens_the_page(
    administrator: Client, texas: Texas, held: Submission
) -> None:
    texas.send(EIGHTY)
    assert "Superseded by" in page(administrator, held)
    url = reverse("submissions:closings_csv", args=[held.ref])
    assert administrator.get(url).status_code == 302


def decline(submission: Submission, texas: Texas) -> None:
    from openmsix.intake import actions as intake

    intake.decline(reason="as meant", submission=submission, by=hat("state_data_administrator"))


def supersede(submission: Submission, texas: Texas) -> None:
    texas.send(EIGHTY)


@pytest.mark.parametrize("end", [None, decline, supersede], ids=["waits", "declined", "superseded"])
def test_of_what_is_not_stored_no_receipt_says_that_students_were_accepted(
    administrator: Client, texas: Texas, held: Submission, end: Callable[[Submission, Texas], None] | None
) -> None:
    if end:
        end(held, texas)
    told = Submission.objects.get(pk=held.pk)
    pages = [
        administrator.get(reverse("submissions:list")),
        administrator.get(reverse("submissions:detail", args=[held.ref])),
        administrator.get(reverse("submissions:students", args=[held.ref])),
    ]
    rows, *shown = [" ".join(each.content.decode().split()) for each in pages]
    [row] = [row for row in rows.split("<tr>") if held.ref in row]
    for text in (row, *shown, receipts.in_words(told), receipts.of(told).as_html()):
        assert not re.search("accepted", re.sub(r"\?verdict=accepted", "", text), re.IGNORECASE)
    assert "In order, with findings: 1" in receipts.in_words(told)
    stored = "Nothing of it was stored." if end else "nothing is stored"
    assert stored in shown[0]


def test_a_confirmation_that_does_not_say_which_numbers_were_seen_confirms_nothing(
    administrator: Client, held: Submission
) -> None:
    assert "Close 79 of 80" in answer(administrator, held, "confirm", "yesterday")
    assert Submission.objects.get(pk=held.pk).status == "waiting"


def test_whoever_sent_it_is_offered_no_confirmation(administrator: Client, held: Submission) -> None:
    sender = person("state_data_administrator")
    Submission.objects.filter(pk=held.pk).update(received_by_id=sender.pk)
    shown = page(administrator, held)
    assert "You sent this file" in shown
    assert 'value="confirm"' not in shown
    assert 'value="decline"' in shown


def test_a_submission_of_few_is_not_paged(administrator: Client, texas: Texas) -> None:
    texas.send(THIRTY)
    held = texas.send({"S1": "Anita"})
    shown = page(administrator, held)
    assert "Close 29 of 30 students?" in shown
    assert "Pages of this list" not in shown


@pytest.mark.parametrize("said", ["confirm", "decline"])
def test_an_answer_gives_its_reason_which_is_kept(administrator: Client, held: Submission, said: str) -> None:
    assert held.checked_at
    seen = held.checked_at.isoformat()
    for reason in ("", "  \n", "x" * 201):
        assert "in one line" in answer(administrator, held, said, seen, reason)
        assert Submission.objects.get(pk=held.pk).status == "waiting"
    answer(administrator, held, said, seen, " The season\n is over. ")
    told = administrator.get(reverse("submissions:detail", args=[held.ref])).content.decode()
    assert "The season is over." in told
    assert "Reason given: The season is over." in receipts.in_words(Submission.objects.get(pk=held.pk))
    word = {"confirm": "confirmed", "decline": "declined"}[said]
    assert Event.objects.get(action=f"intake:submission:{word}").detail["reason"] == "The season is over."
    [entry] = [entry for entry in journal.read() if entry["what"] == word]
    assert entry["reason"] == "The season is over."


def test_a_reason_does_not_outlive_the_answer_it_was_given_for(
    administrator: Client, texas: Texas, held: Submission
) -> None:
    """Confirmed, and others would close when its turn comes: asked anew, nobody has given a reason."""
    from openmsix import flow

    assert held.checked_at
    answer(administrator, held, "confirm", held.checked_at.isoformat())
    texas.send({"S90": "Eva", "S91": "Ina"}, kind="delta", window=1)
    again = flow.take_in(held.pk)
    assert (again.status, again.decided_because) == ("waiting", "")
