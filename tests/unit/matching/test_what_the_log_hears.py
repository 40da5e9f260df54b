"""What the linkage tells the log: counts, and nothing of any child."""

import json
import logging
from datetime import date
from functools import partial
from typing import Any

import polars as pl
import pytest

from openmsix.logs.gate import JsonLines, PlainLines
from openmsix.matching import batch, verdict
from openmsix.matching.blocking import sharing
from openmsix.matching.clusters import Edge, Question
from openmsix.matching.prepare import prepare


def test_questions_that_are_not_asked_are_told_of_by_their_number(caplog: pytest.LogCaptureFixture) -> None:
    asked = verdict._possibles(
        Question(Edge(1, other, 2.0, (), False, False), ("weight_too_low",)) for other in range(2, 10)
    )
    assert asked.height == 5
    (line,) = told(caplog)
    assert line["event"] == "linking.not_asked"
    assert (line["questions"], line["records"], line["most"]) == (3, 1, 5)
    words = "3 questions about 1 records are not asked: each has 5 already"
    assert words in PlainLines().format(caplog.records[0])


def test_a_block_key_that_too_many_share_is_told_of_by_its_name(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {"record_id": [1, 2, 3], "first_name": ["Ana"] * 3, "birth_date": [date(2014, 3, 12)] * 3}
    people = prepare(pl.DataFrame(rows))
    monkeypatch.setattr(batch, "sharing", partial(sharing, cap=2))
    batch.candidates(people.clear(), people)
    lines = told(caplog)
    assert lines
    assert all(line["event"] == "linking.key_left_out" for line in lines)
    assert all((line["values"], line["records"]) == (1, 3) for line in lines)
    assert all(line["key"].startswith("k_") for line in lines)


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    assert all(record.levelno == logging.WARNING for record in caplog.records)
    return [json.loads(JsonLines().format(record)) for record in caplog.records]
