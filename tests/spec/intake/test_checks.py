"""Holds the checks to the tables of docs/spec/checks.md."""

import re
from pathlib import Path

import pytest

from openmsix.intake.checks import BY_CODE, CHECKS, Context
from openmsix.intake.checks.nesting import NESTING
from openmsix.intake.checks.reading import READING
from tests import parts

PAGE = Path(__file__).resolve().parents[3] / "docs" / "spec" / "checks.md"
ROW = re.compile(r"^\| (?!sent )(?P<sent>[^|]+) \| (?P<found>[^|]+) \| (?P<verdict>\w+) \|$")
LETTERS = re.compile(r"<(\d+) letters>")
SECTIONS = {"Against what is known": parts.informed}
NEEDS_SENDER = "E108"


def cases() -> list[tuple[str, str, str, str]]:
    """Section, and what is sent, found and decided, of every row."""
    found = []
    section = ""
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif row := ROW.match(line.rstrip()):
            found.append((section, row["sent"].strip(), row["found"].strip(), row["verdict"]))
    return found


CASES = cases()


def changed(sent: str) -> parts.Rows:
    """The two children, with what a row changes."""
    rows = parts.two_children()
    for change in sent.split(";"):
        place, _, value = (text.strip() for text in change.partition(":"))
        value = LETTERS.sub(lambda letters: "x" * int(letters[1]), value)
        record, _, column = place.partition(".")
        if value == "none" and not column:
            rows[record] = rows[record][1:]
            continue
        row_of(rows, record)[column] = value
    return rows


def row_of(rows: parts.Rows, place: str) -> dict[str, str]:
    """The row that a place names: `file`, `file 2` or `file NEW2`."""
    record, _, which = place.partition(" ")
    if which == "NEW2":
        return rows[record][-1]
    if which == "2" and len(rows[record]) == 2:
        rows[record].insert(1, dict(rows[record][0]))
    return rows[record][1 if which == "2" else 0]


@pytest.mark.parametrize(
    ("section", "sent", "expected", "verdict"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES]
)
def test_what_is_sent_gives_what_is_found(section: str, sent: str, expected: str, verdict: str) -> None:
    context = SECTIONS.get(section, parts.offline)()
    if NEEDS_SENDER in expected:
        context = Context(today=parts.TODAY, submitting_state="TX")
    outcome = parts.checked(parts.part(changed(sent)), context=context)
    told = sorted(f"{code} {element}".strip() for code, _, _, element in parts.found(outcome))
    assert told == sorted(text.strip() for text in expected.split(";") if text != "-")
    decided = outcome.answers["verdict"].to_list()
    assert outcome.rejected == (verdict == "file")
    if verdict != "file":
        assert decided[0] == verdict
        known = {"E303", "E304", "E312", "E613"} & set(re.findall(r"E\d+", expected))
        assert known or decided[-1] == "accepted"


def test_every_check_over_the_rows_has_its_row_in_the_tables() -> None:
    specified = set(re.findall(r"E\d{3}", " ".join(expected for _, _, expected, _ in CASES)))
    by_bytes = {check.code for check in READING} | {"E107", "E201"}  # proved in test_reading.py
    by_bytes |= {check.code for check in NESTING}  # proved in test_documents.py
    by_linking = {"E614", "E615", "E616"}  # proved in test_sent_ids.py, test_doubting.py
    assert specified - by_bytes == {check.code for check in CHECKS} - by_bytes - by_linking


def test_every_check_says_what_it_is() -> None:
    assert len(BY_CODE) == len(CHECKS)
    for check in CHECKS:
        assert re.fullmatch(r"E\d{3}", check.code)
        assert check.name.replace("_", "").isalpha()
        for text in (check.sentence, check.wrong, check.mend):
            assert text.endswith("."), check.code
        assert check.source


def test_codes_are_in_order() -> None:
    codes = [check.code for check in CHECKS]
    assert codes == sorted(codes)
