"""The commands against the real database: what they do, and how they end for good and bad input."""

import csv
import io
import json
import os
import threading
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client, override_settings

from openmsix import locks
from openmsix.audit import sealer
from openmsix.audit.models import Event
from openmsix.identity.models import Link, MsixId
from openmsix.intake import actions as intake
from openmsix.intake.models import Submission
from openmsix.ops import taking_in
from openmsix.ops.exits import Exit
from openmsix.ops.setup import OPERATOR
from openmsix.places.models import Place
from openmsix.synth import nation, write
from tests import parts
from tests.command_line import Terminal
from tests.parts import TODAY
from tests.people import person

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("kept_folder")]
database = pytest.mark.django_db


def a_file(folder: Path, name: str = "tx", **changed: str) -> Path:
    rows = parts.two_children()
    for place, value in changed.items():
        record, column = place.split("__")
        rows[record][0][column] = value
    path = folder / f"{name}.zip"
    path.write_bytes(parts.part(rows))
    return path


# submit


@database
def test_a_broken_model_in_use_stops_a_submission_and_status_says_the_way_out(
    openmsix: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "in-use.json"
    broken.write_text('{"version": "1', encoding="utf-8")
    monkeypatch.setattr("openmsix.identity.model.model_in_use", lambda: broken)
    openmsix("submit", a_file(tmp_path))
    way_out = f"The model in use cannot be used: {broken}: this is no JSON file"
    problem = Submission.objects.get().problem
    assert "linking: its linkage model cannot be used" in problem
    assert "openmsix status says what is wrong with it" in problem
    assert str(broken) not in problem, "a State reads it"
    status = openmsix("status")
    assert status.code == Exit.MEND
    assert way_out in status.said
    assert "remove that file to go back to the shipped model" in status.said
    broken.unlink()
    openmsix("retry", Submission.objects.get().ref)
    assert Submission.objects.get().status == "published"


@database
@pytest.mark.parametrize(
    ("changed", "code", "status"),
    [
        ({}, Exit.DONE, "published"),
        ({"demographics__sex": "F"}, Exit.DONE, "published"),
        ({"demographics__birth_date": "20100230"}, Exit.MEND, "published"),
        ({"header__total_records": "99"}, Exit.REJECTED, "rejected"),
        ({"header__dictionary_version": "2099"}, Exit.REJECTED, "rejected"),
        ({"header__total_parts": "2"}, Exit.WAITING, "receiving"),
    ],
)
def test_submit_ends_by_what_became_of_the_file(
    changed: dict[str, str], code: Exit, status: str, openmsix: Terminal, tmp_path: Path
) -> None:
    ended = openmsix("submit", "--state", "tx", a_file(tmp_path, **changed))
    assert ended.code == code
    submission = Submission.objects.get()
    assert submission.status == status
    assert submission.ref in ended.said


@database
@pytest.mark.parametrize("state", ["", "TX"])
def test_submit_of_a_file_that_is_none_is_refused_in_words(
    state: str, openmsix: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"not a zip")
    ended = openmsix("submit", "--state", state, path)
    assert ended.code == Exit.REJECTED
    assert ("E001" if state else "openmsix validate x.zip") in ended.said


@database
def test_submit_takes_a_file_whose_name_is_no_text(openmsix: Terminal, tmp_path: Path) -> None:
    path = a_file(tmp_path).rename(tmp_path / os.fsdecode(b"a\xff.zip"))
    assert openmsix("submit", path).code == Exit.DONE
    assert Submission.objects.get().parts.get().file_name == "a\ufffd.zip"


@database
def test_submit_of_another_states_file_is_refused_and_the_others_go_on(
    openmsix: Terminal, tmp_path: Path
) -> None:
    ended = openmsix("submit", "--state", "OK", a_file(tmp_path), a_file(tmp_path, "again"))
    assert ended.code == Exit.REJECTED
    assert "from TX, and you send for OK" in ended.said
    assert not Submission.objects.exists()


@database
def test_submit_again_says_that_the_file_was_here_and_nothing_changed(
    openmsix: Terminal, tmp_path: Path
) -> None:
    file = a_file(tmp_path)
    openmsix("submit", file)
    ref = Submission.objects.get().ref
    said = openmsix("submit", file).said
    assert f"tx.zip: This file was received already on {TODAY} as {ref}; nothing changed." in said


@database
def test_submit_again_tells_the_same_receipt_and_ends_the_same(openmsix: Terminal, tmp_path: Path) -> None:
    first = openmsix("submit", a_file(tmp_path))
    again = openmsix("submit", a_file(tmp_path, "renamed"))
    assert (first.code, again.code, again.out) == (Exit.DONE, Exit.DONE, first.out)
    assert Submission.objects.count() == 1


@database
def test_submit_writes_the_receipt_where_it_is_told_to(openmsix: Terminal, tmp_path: Path) -> None:
    made = tmp_path / "receipt.json"
    ended = openmsix("submit", a_file(tmp_path, demographics__birth_date="20100230"), "--receipt", made)
    assert ended.code == Exit.MEND
    assert "E203" in made.read_text()
    assert json.loads(made.read_text())


@database
def test_submit_with_queue_leaves_the_work_to_the_worker(openmsix: Terminal, tmp_path: Path) -> None:
    ended = openmsix("submit", "--queue", a_file(tmp_path))
    assert ended.code == Exit.DONE
    assert Submission.objects.get().status == "received"
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where status = 'todo'")
        assert cursor.fetchone()[0] == 1


@database
def test_submit_of_what_would_close_many_waits_for_a_person(openmsix: Terminal, tmp_path: Path) -> None:
    children = [parts.child(number, f"S{number}") for number in range(1, 31)]
    rows = {record: [row for one in children for row in one[record]] for record in parts.CHILD}
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    first.write_bytes(parts.part({"header": [dict(parts.HEADER)], **rows}))
    header = {**parts.HEADER, "submission_kind": "full", "submission_date": "20261123090000000"}
    second.write_bytes(parts.part({"header": [header], **children[0]}))
    assert openmsix("submit", first).code == Exit.DONE
    ended = openmsix("submit", second)
    assert ended.code == Exit.WAITING
    assert "confirm" in ended.said
    ref = Submission.objects.get(status="waiting").ref
    assert f"A State Data Administrator of TX confirms or declines {ref} on its page." in ended.said
    give = "openmsix people add EMAIL --name NAME --role state_data_administrator --place TX"
    assert give in ended.said
    sealer.seal_once()
    status = openmsix("status")
    assert status.code == Exit.MEND
    assert f"{ref} waits for a State Data Administrator of TX to confirm or decline it." in status.said
    assert [one["ref"] for one in json.loads(openmsix("status", "--json").out)["waiting"]] == [ref]
    person("state_data_administrator")
    assert give not in openmsix("submit", second).said


# retry


def a_failed_one(openmsix: Terminal, folder: Path) -> Submission:
    openmsix("submit", "--queue", a_file(folder))
    submission = Submission.objects.get()
    intake.fail(submission=submission, problem="The disk was full.", by=OPERATOR)
    return submission


@database
def test_retry_takes_up_a_failed_submission_that_status_names(openmsix: Terminal, tmp_path: Path) -> None:
    submission = a_failed_one(openmsix, tmp_path)
    status = openmsix("status")
    assert "The disk was full." in status.said
    assert f"openmsix retry {submission.ref}" in status.said
    ended = openmsix("retry", submission.ref.lower())
    assert ended.code == Exit.DONE
    assert submission.ref in ended.said
    submission.refresh_from_db()
    assert (submission.status, submission.problem) == ("published", "")


@database
def test_retry_with_queue_leaves_the_work_to_the_worker(openmsix: Terminal, tmp_path: Path) -> None:
    submission = a_failed_one(openmsix, tmp_path)
    assert openmsix("retry", "--queue", submission.ref).code == Exit.DONE
    submission.refresh_from_db()
    assert submission.status == "received"


@database
def test_retry_of_what_has_not_failed_ends_with_2(openmsix: Terminal, tmp_path: Path) -> None:
    openmsix("submit", a_file(tmp_path))
    for ref in (Submission.objects.get().ref, "TX-20261123-ZZZZ"):
        ended = openmsix("retry", ref)
        assert ended.code == Exit.USAGE
        assert ref in ended.said


@database
def test_the_operator_tries_a_failed_submission_again_on_the_home_page(
    openmsix: Terminal, tmp_path: Path, client: Client
) -> None:
    submission = a_failed_one(openmsix, tmp_path)
    client.force_login(person("operator"))
    page = client.get("/").content.decode()
    assert "The disk was full." in page
    again = f"/operating/{submission.ref}/retry/"
    assert f'action="{again}"' in page
    assert "goes on where it stopped" in client.post(again, follow=True).content.decode()
    submission.refresh_from_db()
    assert submission.status == "received"
    assert "is being taken in, and nothing stopped it" in client.post(again, follow=True).content.decode()


# ids, adopt-ids


@database
def test_ids_gives_each_change_once_and_the_mark_to_go_on_from(openmsix: Terminal, tmp_path: Path) -> None:
    openmsix("submit", a_file(tmp_path))
    first = openmsix("ids", "--state", "tx")
    rows = list(csv.DictReader(io.StringIO(first.out)))
    assert first.code == Exit.DONE
    assert {row["state_student_id"]: row["after"] for row in rows} == dict(
        Link.objects.values_list("state_record__state_student_id", "msix_id")
    )
    word, mark = first.err.split()[-2:]
    assert (word, int(mark) > 0) == ("mark", True)
    output = tmp_path / "ids.csv"
    later = openmsix("ids", "--state", "TX", "--since", mark, "--output", output)
    assert (later.code, later.err.split()[-1]) == (Exit.DONE, mark)
    assert len(output.read_text().splitlines()) == 1


@database
def test_ids_since_a_mark_that_was_never_given_is_refused(openmsix: Terminal, tmp_path: Path) -> None:
    openmsix("submit", a_file(tmp_path))
    mark = int(openmsix("ids", "--state", "TX").err.split()[-1])
    ended = openmsix("ids", "--state", "TX", "--since", str(mark + 1))
    assert ended.code == Exit.USAGE
    assert f"last mark of TX is {mark}" in ended.said


@database
def test_keys_that_are_none_end_with_5_and_are_named(openmsix: Terminal, tmp_path: Path) -> None:
    with override_settings(FILE_KEYS="k1:short"):
        ended = openmsix("submit", a_file(tmp_path))
    assert ended.code == Exit.FAILED
    assert "'k1' in OPENMSIX_FILE_KEYS cannot be used" in ended.said


@database
def test_a_submission_that_another_one_has_at_hand_ends_with_4(openmsix: Terminal, tmp_path: Path) -> None:
    openmsix("submit", "--queue", a_file(tmp_path))
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(
            "select pg_advisory_lock(%s, %s)", [locks.SUBMISSION.number, Submission.objects.get().pk]
        )
        ended = openmsix("submit", a_file(tmp_path))
    assert ended.code == Exit.WAITING
    assert "taken in by another openmsix" in ended.said


@database
def test_waiting_for_another_submission_is_told() -> None:
    said: list[str] = []
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("select pg_advisory_lock(1, 1)")
        ending = threading.Timer(3 * taking_in.LOOK_EVERY, other.close)
        ending.start()
        with taking_in.telling_of_waits(said.append), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(1, 1)")
        ending.join()
    assert said == [taking_in.WAITING]


@database
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("msix_id\n123456789012\n", Exit.DONE),
        ("msix_id\n123\n123456789012\n", Exit.MEND),
        ("MSIX ID,Reporting State\n123456789012\n", Exit.DONE),
        ("something\nelse\n", Exit.REJECTED),
        ("msix_id;reporting_state\n1;TX\n", Exit.REJECTED),
        ("", Exit.REJECTED),
        ("msix_id\n1,2,3\n", Exit.REJECTED),
        ("msix_id\n\xff\n", Exit.REJECTED),
    ],
)
def test_adopt_ids_takes_over_what_it_can_and_names_the_rest(
    text: str, code: Exit, openmsix: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "ids.csv"
    file.write_text(text, encoding="latin-1")
    ended = openmsix("adopt-ids", file)
    assert ended.code == code
    assert MsixId.objects.count() == text.count("123456789012")


@database
@pytest.mark.parametrize(
    ("begin", "words"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7", "is a PDF"),
        (b"PK\x03\x04", "is a zip"),
        (b"\xff\xfem\x00", "UTF-16"),
        (b"\x00\x01", "something else than text"),
    ],
)
@pytest.mark.parametrize("command", ["adopt-ids", "places load"])
def test_what_is_no_csv_is_refused_in_one_sentence_that_says_how_to_mend(
    command: str, begin: bytes, words: str, openmsix: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "ccd_lea.csv"
    file.write_bytes(begin)
    ended = openmsix(*command.split(), file if command == "adopt-ids" else tmp_path)
    said = " ".join(ended.said.split())
    assert ended.code != Exit.DONE
    assert words in said.replace("It is", "is")
    assert "Save it as CSV" in said
    assert "taken over, 0" not in said


# places


@database
def test_places_load_takes_in_a_folder_and_names_what_it_could_not(
    openmsix: Terminal, tmp_path: Path
) -> None:
    made = nation.make(children=50, states=["TX"], seed=1, noise=0, today=TODAY)
    folder = tmp_path / "places"
    write.write_places(made.land, folder, TODAY)
    assert openmsix("places", "load", folder).code == Exit.DONE
    districts = Place.objects.filter(kind="district").count()
    assert districts == made.land.districts.height
    with (folder / "contacts.csv").open("a") as file:
        file.write("nowhere,at all\n")
    again = openmsix("places", "load", folder)
    assert again.code == Exit.MEND
    assert "contacts.csv" in again.said
    assert Place.objects.filter(kind="district").count() == districts


# status, audit


@database
def test_status_tells_how_things_stand_in_lines_and_as_json(openmsix: Terminal, tmp_path: Path) -> None:
    openmsix("submit", a_file(tmp_path))
    sealer.seal_once()
    lines, data = openmsix("status"), openmsix("status", "--json")
    assert (lines.code, data.code) == (Exit.DONE, Exit.DONE)
    assert "1 published" in lines.said
    told = json.loads(data.out)
    assert (told["submissions"], told["well"]) == ({"published": 1}, True)


@database
def test_status_ends_with_1_when_something_needs_a_person(openmsix: Terminal, tmp_path: Path) -> None:
    openmsix("submit", "--queue", a_file(tmp_path))
    Submission.objects.update(status="failed")
    assert openmsix("status").code == Exit.MEND


@pytest.mark.usefixtures("committed_db")
def test_audit_verify_ends_with_1_when_a_sealed_row_was_changed(openmsix: Terminal, tmp_path: Path) -> None:
    openmsix("submit", a_file(tmp_path))
    sealer.seal_once()
    assert openmsix("audit", "verify").code == Exit.DONE
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "update audit_event set actor = 'nobody' where id = %s", [Event.objects.earliest("id").pk]
        )
    ended = openmsix("audit", "verify")
    assert ended.code == Exit.MEND
    assert "was changed" in ended.said
