"""A child comes to another State or district: noticed once, told to the former place, and back after a rebuild."""

import re
from datetime import date, timedelta
from html import unescape
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from openmsix import decisions
from openmsix.accounts import actions as accounts
from openmsix.accounts.hats import Hat
from openmsix.audit.models import Event
from openmsix.deadlines import clock
from openmsix.expunge import actions as expunge
from openmsix.expunge import carrying_out, subjects
from openmsix.identity.models import CandidatePair
from openmsix.intake.models import Submission
from openmsix.notices import mailing
from openmsix.notices.models import ChangeOfResidence
from openmsix.records.models import StateRecord
from openmsix.replay import actions as conductor
from openmsix.students.models import Child
from tests import parts
from tests.integration import exchange
from tests.integration.exchange import held
from tests.people import hat, person, places_in

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]
DA = "state_data_administrator"
Stay = tuple[str, str]  # the day and the district


class Files:
    """Files of States about one child, each later than the last."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.sent = folder, 0

    def about(self, state: str, *stays: Stay, **who: str) -> Path:
        """A file in which a State tells where the child was."""
        self.sent += 1
        one = parts.child(1, f"{state}1")
        enrollment, move = one["enrollments"][0], one["qualifying_moves"][0]
        one["students"][0]["reporting_state"] = state
        one["demographics"][0] |= {
            "female_parent_first_name": "Rosa",
            "female_parent_last_name": "Peña",
            **who,
        }
        one["enrollments"] = [
            {**enrollment, "record_id": f"{number:03d}", "enrollment_date": day.replace("-", ""), "school_district_id": district, "school_id": "", "residency_date": ""}
            for number, (day, district) in enumerate(stays, 1)
        ]  # fmt: skip
        one["qualifying_moves"] = [{**move, "to_state": "NM", "to_city": "Hatch"}]
        header = {**parts.HEADER, "submitting_state": state, "submission_date": f"2026112308{self.sent:02d}00000", "ending_effective_date": f"2026112212{self.sent:02d}00000"}  # fmt: skip
        path = self.folder / f"{state}-{self.sent}.zip"
        path.write_bytes(parts.part({"header": [header], **one}))
        return path


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def told() -> list[str]:
    """From where to where and on which day, whatever the order in which it was noticed."""
    return sorted(
        f"{one.from_state} {one.from_district} > {one.to_state} {one.to_district} {one.arrived_on}"
        for one in ChangeOfResidence.objects.all()
    )


TEXAS, FLORIDA = ("2026-08-20", "4800001"), ("2026-10-12", "1200001")
CAME = ["TX 4800001 > FL 1200001 2026-10-12"]


def test_the_former_state_has_four_working_days_from_the_day_on_which_it_was_noticed(files: Files) -> None:
    exchange.take_in(files.about("TX", TEXAS))
    assert not told()
    exchange.take_in(files.about("FL", FLORIDA))
    assert told() == CAME
    found = ChangeOfResidence.objects.get()
    assert (found.noticed_at.date(), found.due_on) == (clock.today(), date(2026, 11, 30)), "over Thanksgiving"
    assert found.left_after == date(2026, 8, 20)
    assert Event.objects.get(action="notices:changes:noticed").detail == {"changes": 1}


def test_it_is_noticed_once_however_often_and_in_whichever_order_it_is_sent(files: Files) -> None:
    first, second = files.about("TX", TEXAS), files.about("FL", FLORIDA)
    exchange.take_in(second, first)
    assert told() == CAME
    exchange.take_in(
        files.about("FL", FLORIDA),
        files.about("TX", TEXAS),
        files.about("FL", ("2026-10-14", "1200001")),  # corrected
        files.about("FL", ("2026-10-10", "1200001"), FLORIDA),
    )
    assert told() == CAME


@pytest.mark.parametrize("order", list(permutations(("TX", "FL", "CA"))))
def test_three_states_are_told_the_same_arrivals_whoever_sends_first(
    order: tuple[str, ...], files: Files
) -> None:
    stays = {"TX": TEXAS, "FL": FLORIDA, "CA": ("2026-11-02", "0600001")}
    exchange.take_in(*(files.about(state, stays[state]) for state in order))
    assert sorted(one.split(" > ")[1] for one in told()) == ["CA 0600001 2026-11-02", "FL 1200001 2026-10-12"]


def test_a_child_that_comes_back_has_come_again(files: Files) -> None:
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    exchange.take_in(files.about("TX", TEXAS, ("2026-11-20", "4800001")))
    assert told() == ["FL 1200001 > TX 4800001 2026-11-20", *CAME]


def test_another_district_of_the_state_is_one_too(files: Files) -> None:
    exchange.take_in(files.about("TX", TEXAS, ("2026-11-02", "4800002")))
    assert told() == ["TX 4800001 > TX 4800002 2026-11-02"]


def test_what_older_records_say_of_moves_is_told_to_nobody(files: Files) -> None:
    longest = clock.today() - timedelta(days=180)
    exchange.take_in(files.about("TX", ("2019-08-20", "4800001"), ("2020-08-20", "4800002")))
    exchange.take_in(files.about("FL", ((longest - timedelta(days=1)).isoformat(), "1200001")))
    assert not told()
    exchange.take_in(files.about("CA", (longest.isoformat(), "0600001")))
    assert [one.split(" > ")[1] for one in told()] == [f"CA 0600001 {longest}"]


def test_it_is_noticed_when_people_say_that_two_children_are_one(files: Files) -> None:
    exchange.take_in(
        files.about("TX", TEXAS, middle_name="Sofia"), files.about("FL", FLORIDA, middle_name="Elena")
    )
    assert not told()
    proposal = decisions.same(pair=CandidatePair.objects.get(), by=hat(DA, "TX"))
    assert decisions.validate(proposal=proposal, by=hat(DA, "FL"))
    assert told() == CAME

    undoing = decisions.undo(done=proposal, by=hat(DA, "TX"), reason="two births")
    assert decisions.validate(proposal=undoing, by=hat(DA, "FL"))
    assert told() == CAME, "it was told, and stays written down"
    assert not ChangeOfResidence.objects.of_one_child().exists(), "but no child is named any more"
    said = page("/moves/")
    assert "No move: two children" in said
    assert "Guadalupe" not in said


def test_all_of_it_comes_back_from_the_journal(files: Files) -> None:
    texas, florida = (
        files.about("TX", TEXAS, middle_name="Sofia"),
        files.about("FL", FLORIDA, middle_name="Elena"),
    )
    back = files.about("TX", TEXAS, ("2026-11-20", "4800001"), middle_name="Sofia")
    with transaction.atomic():
        exchange.take_in(texas, florida)
        proposal = decisions.same(pair=CandidatePair.objects.get(), by=hat(DA, "TX"))
        decisions.validate(proposal=proposal, by=hat(DA, "FL"))
        with clock.fixed(clock.today() + timedelta(days=3)):
            exchange.take_in(back)
        assert ChangeOfResidence.objects.answered().count() == 1
        before, lines = held(by_name=True)["changes of residence"], told()
        transaction.set_rollback(True)
    assert len(lines) == 2
    assert not Submission.objects.exists()
    rebuilt = conductor.rebuild(report=lambda *_: None)
    assert (rebuilt.strays, held(by_name=True)["changes of residence"]) == (0, before)
    again = files.about("FL", FLORIDA, middle_name="Elena")
    exchange.take_in(again)
    assert told() == lines, "what was noticed before is not noticed anew"


def test_it_is_answered_no_more_when_what_answered_it_is_taken_back(files: Files) -> None:
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    [answer] = exchange.take_in(files.about("TX", TEXAS, ("2026-11-02", "4800002")))
    assert ChangeOfResidence.objects.filter(from_state="TX").answered().exists()
    assert len(told()) == 2
    subject = subjects.of_submission(answer.ref)
    asked = expunge.request(subject=subject, reason="sent in error", by=hat(DA, "TX"))
    expunge.approve(asked=asked, by=hat("operator"))
    carrying_out.carry_out(ref=asked.ref)
    assert told() == CAME
    assert not ChangeOfResidence.objects.answered().exists()


def test_nothing_of_it_is_left_when_one_of_the_records_is_expunged(files: Files) -> None:
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    subject = subjects.of_student("TX", "TX1", "01")
    asked = expunge.request(subject=subject, reason="sent in error", by=hat(DA, "TX"))
    expunge.approve(asked=asked, by=hat("operator"))
    carrying_out.carry_out(ref=asked.ref)
    assert not told()


# who is shown what


def seen_by(role: str, state: str) -> list[str]:
    return [
        str(one.to_state) for one in ChangeOfResidence.objects.visible_to(hat(role, state)).of_one_child()
    ]


def test_the_former_state_and_the_former_district_are_shown_it(files: Files) -> None:
    places_in("TX")
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    for role in (DA, "district_data_administrator", "regional_data_administrator", "primary"):
        assert seen_by(role, "TX") == ["FL"], role
        assert seen_by(role, "FL") == [], role
    for role in (
        "secondary",
        "batch_submitter",
        "user_administrator",
        "ome",
        "operator",
        "privacy_act_administrator",
    ):
        assert seen_by(role, "TX") == [], role


def test_another_district_is_not_shown_it(files: Files) -> None:
    exchange.take_in(files.about("TX", ("2026-08-20", "4800009")), files.about("FL", FLORIDA))
    assert seen_by("district_data_administrator", "TX") == seen_by("regional_data_administrator", "TX") == []
    assert seen_by(DA, "TX") == ["FL"]


def test_it_is_answered_once_the_former_state_sends_something_new(files: Files) -> None:
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    assert ChangeOfResidence.objects.unanswered().count() == 1
    exchange.take_in(files.about("TX", TEXAS, ("2026-05-01", "4800001")))
    assert ChangeOfResidence.objects.answered().count() == 1


# mails


@pytest.fixture
def _mails(settings: Any) -> None:
    settings.SENDS_MAIL = True


@pytest.mark.usefixtures("_mails")
def test_a_mail_says_so_once_a_day_and_names_nobody(files: Files) -> None:
    state, district, _ = (
        person(DA, "TX"),
        person("district_data_administrator", "TX"),
        person("primary", "TX"),
    )
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    assert mailing.send() == 2
    assert sorted(one.to[0] for one in mail.outbox) == sorted([state.email, district.email])
    said = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert "1 child" in said
    assert "30 Nov 2026" in said
    for word in ("Guadalupe", "Hernández", "Peña", "TX1", "FL1", "12 Mar", *StateRecord.objects.values_list("links__msix_id", flat=True)):  # fmt: skip
        assert str(word) not in said

    exchange.take_in(files.about("TX", ("2026-07-01", "4800003"), TEXAS))
    assert mailing.send() == 0, "not more than one a day"
    with clock.fixed(clock.today() + timedelta(days=1)):
        assert mailing.send() == 1, "the other district's people, and those of the State"
        assert mailing.send() == 0
    with clock.fixed(clock.today() + timedelta(days=2)):
        assert mailing.send() == 0, "nothing new"


@pytest.mark.usefixtures("_mails")
def test_who_wants_no_mail_gets_none(files: Files) -> None:
    user = person(DA, "TX")
    accounts.set_mail_of_moves(user=user, wanted=False, by=Hat.bare(user))
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    assert mailing.send() == 0
    assert not mail.outbox


@pytest.mark.usefixtures("_mails")
def test_a_mail_that_the_server_does_not_take_is_sent_the_next_time(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(DA, "TX")
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    with monkeypatch.context() as broken:

        def fails(*_: Any, **__: Any) -> int:
            raise OSError

        broken.setattr("django.core.mail.EmailMessage.send", fails)
        assert mailing.send() == 0
    assert mailing.send() == 1


def test_without_a_mail_server_nobody_is_written_to(files: Files, settings: Any) -> None:
    settings.SENDS_MAIL = False
    person(DA, "TX")
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    assert mailing.send() == 0


# pages


def page(address: str, role: str = DA, state: str = "TX") -> str:
    client = Client()
    client.force_login(person(role, state))
    client.post("/children/purpose/", {"purpose": "quality"})
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def test_the_list_says_who_came_where_and_until_when_data_are_due(files: Files) -> None:
    places_in("TX")
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    said = page("/moves/")
    for words in ("Guadalupe Hernández Peña", "TX Valley District, Texas", ", Florida", "30 Nov 2026", "4 working days left"):  # fmt: skip
        assert words in said
    assert Event.objects.get(action="notices:changes:listed").detail == {"changes": 1, "children": 1}
    assert "No child of your place" in page("/moves/", state="FL")
    assert "1 child</strong> of your place" in page("/")
    with clock.fixed(date(2026, 12, 2)):
        assert "Overdue by 2 working days" in page("/moves/?standing=overdue")
        assert "None with these filters" in page("/moves/?standing=running")
    with clock.fixed(date(2026, 11, 30)):
        assert "Due today" in page("/moves/?standing=running&to=FL&district=4800001")


def test_the_record_of_the_child_says_it_too(files: Files) -> None:
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    child = Child.objects.get()
    said = re.sub("<[^>]+>", "", page(f"/children/{child.ref}/moves/", state="FL"))
    assert "12 Oct 2026: from" in said
    assert "the State from which it came sends what is new by 30 Nov 2026" in said


def test_a_list_of_many_is_filtered_by_what_the_former_state_sent_since(files: Files) -> None:
    exchange.take_in(files.about("TX", TEXAS), files.about("FL", FLORIDA))
    exchange.take_in(files.about("TX", TEXAS, ("2026-05-01", "4800001")))
    assert "New data sent 23 Nov 2026" in page("/moves/?standing=answered")
    assert "of your place came elsewhere" not in page("/")


def test_a_move_that_turned_out_to_be_none_is_neither_due_nor_overdue(files: Files) -> None:
    exchange.take_in(
        files.about("TX", TEXAS, middle_name="Sofia"), files.about("FL", FLORIDA, middle_name="Elena")
    )
    proposal = decisions.same(pair=CandidatePair.objects.get(), by=hat(DA, "TX"))
    assert decisions.validate(proposal=proposal, by=hat(DA, "FL"))
    assert "1 change of residence" in page("/moves/?standing=running")
    undoing = decisions.undo(done=proposal, by=hat(DA, "TX"), reason="two births")
    assert decisions.validate(proposal=undoing, by=hat(DA, "FL"))
    assert "None with these filters" in page("/moves/?standing=running")
    assert "of your place came elsewhere" not in page("/")
    said = page("/moves/?standing=none")
    assert "1 change of residence" in said
    assert "30 Nov 2026" not in said, "nothing is due"
    with clock.fixed(date(2026, 12, 2)):
        assert "None with these filters" in page("/moves/?standing=overdue")


@pytest.mark.parametrize(("answer", "wanted"), [("no", False), ("yes", True)])
def test_a_person_chooses_whether_a_mail_comes(answer: str, wanted: bool) -> None:
    user = person(DA, "TX")
    client = Client()
    client.force_login(user)
    assert client.post("/account/", {"moves": answer}).status_code == 302
    user.refresh_from_db()
    assert user.hears_of_moves is wanted
    assert "write to me" in client.get("/account/").content.decode()
