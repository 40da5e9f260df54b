"""The whole way, on the application role and with real commits: from the files of a made-up nation to one record on the screen."""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pypdf import PdfReader

from openmsix.audit import sealer, verify
from openmsix.audit.models import Disclosure
from openmsix.deadlines import clock
from openmsix.identity.changes import changes_after
from openmsix.identity.models import CandidatePair, Link
from openmsix.intake import answers as intake_answers
from openmsix.intake import journal, receipts
from openmsix.intake.models import Answer, Submission
from openmsix.interop.prints import pdf
from openmsix.places import actions as places
from openmsix.records.models import RecordVersion
from openmsix.students import queries
from openmsix.students.candidates import Filters
from openmsix.students.models import Child
from openmsix.students.search import search
from openmsix.synth import nation, write
from openmsix.synth.nation import Nation
from openmsix.worklist.models import Task
from tests import parts
from tests.integration import exchange
from tests.people import hat

pytestmark = pytest.mark.usefixtures("exchange_filled")

STATES = ["TX", "CA", "FL"]
KEYS = ["state", "state_student_id_type", "state_student_id"]


@dataclass(frozen=True)
class Filled:
    """The nation that was taken in, and its submissions."""

    nation: Nation
    submissions: list[Submission]

    @property
    def truth(self) -> pl.DataFrame:
        """Which child each student of each State is."""
        return self.nation.truth()


@pytest.fixture(scope="module")
def exchange_filled(
    committed_db_of_module: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    """400 children of three States as in life, taken in as files, once for all tests of this file."""
    folder = tmp_path_factory.mktemp("nation")
    made = nation.make(children=400, states=STATES, seed=22, noise=1.0, today=clock.today())
    files = write.write(made, folder)
    with parts.kept_in(tmp_path_factory.mktemp("kept")):
        places.load(folder=folder / "places", by=exchange.OPERATOR)
        yield Filled(made, exchange.take_in(*files))


def answers() -> pl.DataFrame:
    rows = Answer.objects.order_by("submission", "seq").values_list(
        "submission__state_code", "state_student_id_type", "state_student_id", "verdict", "change", "state_record_id", "msix_id", "how"
    )  # fmt: skip
    columns = [*KEYS, "verdict", "change", "state_record_id", "msix_id", "how"]
    return pl.DataFrame(list(rows), schema=columns, orient="row", infer_schema_length=None)


def test_every_submission_ends_published(exchange_filled: Filled) -> None:
    assert [one.status for one in exchange_filled.submissions] == ["published"] * len(STATES)
    assert all(one.finished_at for one in Submission.objects.all())
    assert not Task.objects.open().filter(type="confirm_closures").exists()


def test_every_student_that_was_sent_has_exactly_one_answer(exchange_filled: Filled) -> None:
    sent = exchange_filled.truth.select(KEYS)
    assert sent.height > 500
    assert answers().select(KEYS).sort(KEYS).equals(sent.sort(KEYS))


def test_whoever_is_accepted_is_stored_and_linked_and_whoever_is_rejected_is_not(
    exchange_filled: Filled,
) -> None:
    found = answers()
    accepted = found.filter(pl.col("verdict") != "rejected")
    assert set(accepted["change"]) == {"new"}
    assert accepted.filter(pl.col("state_record_id").is_null() | pl.col("msix_id").is_null()).is_empty()
    assert set(accepted["how"]) <= {"new", "linked", "near_match"}
    live = RecordVersion.objects.live().values_list("state_record_id", flat=True)
    assert sorted(live) == sorted(accepted["state_record_id"])
    links = dict(Link.objects.live().values_list("state_record_id", "msix_id"))
    assert links == dict(accepted.select("state_record_id", "msix_id").iter_rows())
    rejected = found.filter(pl.col("verdict") == "rejected")
    assert rejected.height > 0
    assert rejected.select("state_record_id", "msix_id").null_count().row(0) == (rejected.height,) * 2
    assert set(rejected["how"]) == set(rejected["change"]) == {"none"}


def test_what_is_stored_is_what_was_sent_without_what_the_findings_left_out(exchange_filled: Filled) -> None:
    for submission in exchange_filled.submissions:
        _, findings = intake_answers.read(submission)
        state = submission.state_code
        sent, stored = exchange.accepted(exchange_filled.nation, state, findings), exchange.stored(state)
        for record, rows in sent.items():
            assert stored[record].equals(rows), (state, record)


def test_the_counts_of_a_receipt_add_up(exchange_filled: Filled) -> None:
    for submission in exchange_filled.submissions:
        receipt = receipts.of(submission)
        students = exchange_filled.truth.filter(state=submission.state_code).height
        counts = submission.counts
        assert receipt.students == counts["students"] == students
        assert counts["accepted"] + counts["rejected"] == students
        assert sum(counts["changes"].values()) == counts["accepted"]
        assert sum(counts["findings"].values()) == submission.findings.count() == receipt.findings.height
        told = submission.answers.values_list("findings", flat=True)
        assert sum(told) == submission.findings.filter(seq__isnull=False).count()
        assert sum(group.findings for group in receipt.groups) == receipt.findings.height
        assert list(receipt.counts.values())[:4] == [
            students, counts["accepted"] - counts["with_findings"], counts["with_findings"], counts["rejected"]
        ]  # fmt: skip


def linked(filled: Filled) -> pl.DataFrame:
    """Each stored student: the child it was given, and the child it is."""
    stored = answers().drop_nulls("msix_id")
    return stored.join(filled.truth, on=KEYS)


def test_no_two_children_are_taken_for_one(exchange_filled: Filled) -> None:
    children = linked(exchange_filled).group_by("msix_id").agg(pl.col("child_id").n_unique())
    assert children.filter(pl.col("child_id") > 1).is_empty()


def test_most_children_of_several_states_are_found_and_doubt_is_asked_about(exchange_filled: Filled) -> None:
    several = linked(exchange_filled).group_by("child_id").agg(
        pl.col("state").n_unique().alias("states"), pl.col("msix_id").n_unique(), "state_record_id"
    ).filter(pl.col("states") > 1)  # fmt: skip
    assert several.height > 100
    one = several.filter(pl.col("msix_id") == 1)
    asked = {frozenset(pair) for pair in CandidatePair.objects.values_list("left_id", "right_id")}
    in_question = [
        row
        for row in several.filter(pl.col("msix_id") > 1)["state_record_id"].to_list()
        if any(pair <= set(row) for pair in asked)
    ]
    assert one.height >= 0.8 * several.height
    assert one.height + len(in_question) >= 0.9 * several.height
    assert Task.objects.open().filter(type="near_match").count() == len(asked)


def test_a_state_gets_every_id_of_its_students(exchange_filled: Filled) -> None:
    found = answers().drop_nulls("msix_id")
    for state in STATES:
        changes = list(changes_after(state))
        told = {(change.state_student_id_type, change.state_student_id): change.after for change in changes}
        mine = found.filter(state=state)
        assert told == {
            (kind, ssid): id_ for kind, ssid, id_ in mine.select(*KEYS[1:], "msix_id").iter_rows()
        }


def test_every_link_stands_in_the_journal(exchange_filled: Filled) -> None:
    told = {
        (entry["state_code"], entry["state_student_id"], entry["msix_id"])
        for entry in journal.read()
        if entry["what"] == "linked"
    }
    links = Link.objects.values_list("state_code", "state_record__state_student_id", "msix_id")
    assert told == set(links)


@pytest.fixture
def traveler(exchange_filled: Filled) -> Child:
    """A child of whom several States speak and who has most to tell; no other was born on its day, so that no near match can stand before it."""
    born = Counter(child.birth_date for child in Child.objects.live())
    several = [
        child for child in Child.objects.live() if len(child.states) > 1 and born[child.birth_date] == 1
    ]
    return max(several, key=lambda child: (len(child.states), child.records, child.msix_id))


def test_the_record_of_a_child_of_several_states_names_the_state_of_every_value(traveler: Child) -> None:
    record = queries.open_record(ref=traveler.ref, by=hat("primary"), purpose="enrollment")
    assert sorted(record.states) == sorted(traveler.states)
    said = {source.state_code: source for source in record.sources}
    facts = {**record.identity, **record.family, **record.health, **record.schooling}
    values = [(key, value) for key, fact in facts.items() for value in fact.values]
    assert {value.state_code for _, value in values} == set(said)
    for key, value in [(key, value) for key, value in values if key in {*record.identity, *record.family}]:
        sent = [
            row[key]
            for source in record.sources
            if source.state_code == value.state_code
            for row in source.of("demographics")
        ]
        assert value.value in sent, key
    rows = sum(len(source.of("enrollments")) for source in record.sources)
    assert len(record.enrollments) == rows > 1
    assert {stay.state_code for stay in record.enrollments} == set(said)


def test_nothing_that_a_state_said_is_left_out_of_the_record(traveler: Child) -> None:
    record = queries.open_record(ref=traveler.ref, by=hat("primary"), purpose="enrollment")
    for source in record.sources:
        for row in source.of("demographics"):
            for key, value in row.items():
                fact = record.identity.get(key) or record.family.get(key)
                if value is not None and key != "record_id":
                    assert fact is not None, key
                    assert (value, source.state_code) in [(one.value, one.state_code) for one in fact.values]


def test_the_search_finds_the_child_by_the_words_of_each_of_its_states(traveler: Child) -> None:
    by = hat("primary")
    for source in queries.sources_of(traveler.msix_id):
        who = source.of("demographics")[0]
        words = f"{who['first_name']} {who['last_name_1']} {who['birth_date']:%m/%d/%Y}"
        for text in (words, words.upper(), source.state_student_id, traveler.msix_id):
            hits = search(text, Filters(), by=by).hits
            assert hits[0].child == traveler, source.state_code
            assert hits[0].reasons


def test_a_search_by_another_state_reaches_only_its_own_children(exchange_filled: Filled) -> None:
    texan = hat("secondary", "TX")
    other = next(child for child in Child.objects.live() if "TX" not in child.states)
    assert search(other.msix_id, Filters(), by=texan).hits == ()
    with pytest.raises(queries.NotReachable):
        queries.open_record(ref=other.ref, by=texan, purpose="enrollment")
    assert search(other.msix_id, Filters(), by=hat("primary")).hits[0].child == other


def test_opening_a_record_writes_a_disclosure_that_the_sealer_seals(traveler: Child) -> None:
    by = hat("primary")
    before = Disclosure.objects.count()
    queries.open_record(ref=traveler.ref, by=by, purpose="credits", what="courses")
    shown = Disclosure.objects.latest("id")
    assert Disclosure.objects.count() == before + 1
    assert (shown.msix_id, shown.actor, shown.hat) == (traveler.msix_id, by.actor, by.label)
    assert (shown.purpose, shown.what) == ("credits", "courses")
    sealer.seal_once()
    report = verify.report()
    assert (report.whole, report.unsealed_rows) == (True, 0)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_summary_has_at_most_three_pages_for_the_child_with_most_to_tell(
    traveler: Child, language: Any
) -> None:
    record = queries.open_record(ref=traveler.ref, by=hat("primary"), purpose="enrollment", what="summary")
    reader = PdfReader(io.BytesIO(pdf.summary(record, language=language, printed_by="test")))
    assert 1 <= len(reader.pages) <= 3
    text = "".join(page.extract_text() for page in reader.pages)
    assert "".join(record.name.split()) in "".join(text.split())


def test_every_child_can_be_opened_and_printed(exchange_filled: Filled, tmp_path: Path) -> None:
    by = hat("primary")
    children = list(Child.objects.live().order_by("msix_id"))
    assert len(children) > 380
    for child in children[::24]:
        record = queries.open_record(ref=child.ref, by=by, purpose="enrollment")
        assert record.msix_id == child.msix_id
        assert len(PdfReader(io.BytesIO(pdf.summary(record, language="en", printed_by="test"))).pages) <= 3
