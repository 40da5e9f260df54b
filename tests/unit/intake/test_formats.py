"""The same content gives the same outcome, whichever format it came in and whichever way it was read."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openmsix.dictionary.formats import Format
from openmsix.intake import parse, xml_quick
from openmsix.intake.frames import Checked, Parsed
from openmsix.intake.xml_markup import NotRegular
from openmsix.records.content import summaries
from openmsix.records.models import ROWS
from openmsix.synth import nation, write
from openmsix.synth.nation import Nation
from tests import parts
from tests.unit.intake.test_properties import submissions, together

WHERE = ("line", "detail")
"""What may differ: the place in the file."""


@pytest.fixture(scope="module")
def lifelike() -> Nation:
    made = nation.make(children=400, states=2, seed=5, noise=3.0, today=parts.TODAY)
    assert made.students.height > 300
    return made


def hashes(checked: Checked) -> pl.DataFrame:
    return summaries(checked.records, list(ROWS), "law")


def same(one: Checked, other: Checked) -> None:
    """Both decide and find the same and would store the same."""
    for record, rows in one.records.items():
        assert rows.drop("line").equals(other.records[record].drop("line")), record
    assert one.answers.drop("line").equals(other.answers.drop("line"))
    order = [name for name in one.findings.columns if name not in WHERE]
    first, second = (each.findings.select(order).sort(order) for each in (one, other))
    assert first.equals(second)
    assert hashes(one).equals(hashes(other))


@pytest.mark.parametrize("form", [Format.XML, Format.JSON, Format.PARQUET])
def test_the_same_nation_is_the_same_in_every_format(lifelike: Nation, form: Format, tmp_path: Path) -> None:
    for state in lifelike.sending():
        [csv] = write.write_state(lifelike, state, tmp_path)
        [other] = write.write_state(lifelike, state, tmp_path / form, form)
        assert parse.read(other).formats == {1: form}
        assert parse.peek(other) == parse.peek(csv)
        same(parts.checked(csv.read_bytes()), parts.checked(other.read_bytes()))


def test_json_is_written_in_parts_that_can_be_read(
    lifelike: Nation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "STUDENTS_IN_JSON", 50)
    state = lifelike.sending()[0]
    [csv] = write.write_state(lifelike, state, tmp_path)
    pieces = write.write_state(lifelike, state, tmp_path / "json", Format.JSON)
    assert len(pieces) > 2
    whole = parts.checked(csv.read_bytes())
    split = parts.checked(*(path.read_bytes() for path in pieces))
    assert (
        hashes(whole).drop("seq").sort("content_hash").equals(hashes(split).drop("seq").sort("content_hash"))
    )


@given(submissions())
@settings(max_examples=8, deadline=None)
def test_faults_are_found_alike_in_every_format(children: list[parts.Rows]) -> None:
    rows = together(children)
    csv = parts.checked(parts.part(rows))
    for written in (parts.xml(rows), parts.json(rows), parts.parquet(rows)):
        same(csv, parts.checked(written))


def carefully(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[Checked, Parsed]:
    """What comes of it when no file counts as regular."""

    def never(*_: object) -> None:
        raise NotRegular

    with monkeypatch.context() as patch:
        patch.setattr(xml_quick, "read", never)
        return parts.checked(data), parse.read(data)


@pytest.mark.parametrize("at_once", [20_000, 16_000_000])
def test_both_ways_to_read_xml_agree(
    lifelike: Nation, at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_quick, "AT_ONCE", at_once)
    for path in write.write(lifelike, tmp_path, form=Format.XML):
        data = path.read_bytes()
        quick = parse.read(data)
        outcome, careful = carefully(data, monkeypatch)
        for record, rows in quick.records.items():
            assert rows.equals(careful.records[record]), record
        same(parts.checked(data), outcome)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)


@given(NAMES, st.sampled_from(["\n", "\r\n", ""]))
@settings(max_examples=25, deadline=None)
def test_any_text_comes_back_from_every_format(name: str, ends: str) -> None:
    rows = parts.two_children()
    rows["demographics"][0]["birth_city"] = name
    expected = name.strip() or None
    for data in (parts.xml(rows).replace(b"\n", ends.encode()), parts.json(rows), parts.parquet(rows)):
        assert parse.read(data).records["demographics"]["birth_city"][0] == expected
