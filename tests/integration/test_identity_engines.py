"""Two engines propose and weigh, one answer: few records by look-up in PostgreSQL, many by joins in DuckDB."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import transaction

from openmsix.identity import actions, candidates
from openmsix.identity.models import CandidatePair, Link
from openmsix.intake import checks, parse
from openmsix.intake.models import Submission
from openmsix.records import actions as records
from openmsix.synth import nation, write
from tests.integration.drawn import BY

pytestmark = [pytest.mark.other_engine, pytest.mark.django_db]

TODAY = date(2026, 11, 23)
Student = tuple[str, str | None]


def families(links: dict[Student, str]) -> set[frozenset[Student]]:
    """Who stands with whom, whatever the numbers of the children are."""
    children: dict[str, set[Student]] = {}
    for student, msix_id in links.items():
        children.setdefault(msix_id, set()).add(student)
    return {frozenset(students) for students in children.values()}


def take_in(path: Path, state: str) -> None:
    parsed = parse.read(path)
    checked = checks.run(parsed, checks.Context(today=TODAY))
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    sent = Submission.objects.create(
        ref=path.stem, state_code=state, kind="full", dictionary_version=parsed.version, submission_date=moment,
        effective_begin=moment, effective_end=moment, parts_total=1, received_at=moment, received_by="test",
    )  # fmt: skip
    records.closing(submission=sent, checked=checked)
    records.store(submission=sent, checked=checked, by=BY)
    actions.link(submission=sent, by=BY)


def linked(
    folder: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[set[frozenset[Student]], set[frozenset[Student]]]:
    """The children, and the pairs that wait for people, when up to `few` records count as few."""
    monkeypatch.setattr(candidates, "FEW", few)
    with transaction.atomic():
        for path in sorted(folder.glob("*.zip")):
            take_in(path, path.name[:2])
        links = {
            (link.state_code, link.state_record.state_student_id): link.msix_id
            for link in Link.objects.live().select_related("state_record")
        }
        pairs = {
            frozenset((one.state_code, one.state_student_id) for one in (pair.left, pair.right))
            for pair in CandidatePair.objects.select_related("left", "right")
        }
        transaction.set_rollback(True)
    return families(links), pairs


@pytest.mark.parametrize("seed", [1, 2])
def test_both_engines_give_the_same_links_and_questions(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = nation.make(children=400, states=["TX", "WA", "MI"], seed=seed, noise=1.5, today=TODAY)
    write.write(made, tmp_path)
    by_look_up = linked(tmp_path, 10**6, monkeypatch)
    by_joins = linked(tmp_path, 0, monkeypatch)
    assert by_look_up == by_joins
    children, pairs = by_look_up
    assert any(len(students) > 1 for students in children)
    assert pairs
