"""Matching any file: what is written, what is measured, and what is said of files that cannot be used."""

import csv
import errno
import os
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from openmsix.ops import files
from openmsix.ops.cli import app
from openmsix.ops.exits import Exit
from openmsix.synth.trial import records
from tests.command_line import Terminal

CHILD = "first_name,last_name_1,last_name_2,birth_date,sex,female_parent_first_name,state_code"
ROWS = (
    "a,Guadalupe,Cruz,López,2014-03-12,Female,Rosa,CA,1",
    "b,Lupe,Cruz-Lopez,,03/12/2014,Female,Rosa,TX,1",
    "c,Daniela,Cruz,López,20160930,Female,Rosa,TX,2",
)


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(name: str, *lines: str) -> Path:
    path = Path(name)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def match(*words: str) -> Result:
    return CliRunner().invoke(app, ["match", *words])


def rows_of(name: str) -> list[dict[str, str]]:
    with Path(name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_records_of_one_child_stand_in_one_cluster_with_the_weight_that_put_them_there() -> None:
    written("some.csv", f"record_id,{CHILD},who", *ROWS)
    told = match("file", "some.csv")
    assert told.exit_code == Exit.DONE, told.output
    assert "3 records are of 2 people" in told.output
    found = {row["record_id"]: row for row in rows_of("clusters.csv")}
    assert [found[name]["cluster"] for name in "abc"] == ["a", "a", "c"]
    assert found["b"]["matched_with"] == "a"
    assert float(found["b"]["weight"]) > 0


def test_with_a_truth_the_file_is_measured_and_drawn() -> None:
    labelled = records(3_000, 91).drop("groups").rename({"person_id": "who"})
    labelled.with_columns(pl.col("record_id").cast(pl.String)).write_csv("many.csv")
    told = match("file", "many.csv", "--truth", "who", "--charts", "charts.html", "--near", "near.csv")
    assert told.exit_code == Exit.DONE, told.output
    assert "precision of automatic links" in told.output
    page = Path("charts.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "<table>" in page
    assert all(row["reasons"] for row in rows_of("near.csv"))


def test_columns_of_other_names_are_told_in_a_settings_file() -> None:
    written("other.csv", "Key,Given Name,surname,dob,x", "1,Ana,Cruz,2014-03-12,", "2,Ana,Cruz,2014-03-12,")
    written(
        "names.toml",
        "[columns]",
        'key = "record_id"',
        'given_name = "first_name"',
        'surname = "last_name_1"',
        'dob = "birth_date"',
        'x = ""',
    )
    told = match("file", "other.csv", "--settings", "names.toml")
    assert told.exit_code == Exit.DONE, told.output
    assert [row["record_id"] for row in rows_of("clusters.csv")] == ["1", "2"]


@pytest.mark.parametrize("column", ['given_name = "frist_name"', 'given_name = "first_name_1"'])
def test_a_column_cannot_be_named_what_is_no_element(column: str) -> None:
    written("other.csv", "record_id,given_name,birth_date", "1,Ana,2014-03-12")
    written("names.toml", "[columns]", column)
    told = match("file", "other.csv", "--settings", "names.toml")
    assert told.exit_code == Exit.REJECTED
    assert "the settings name its column given_name f" in " ".join(told.output.split())


def test_it_is_said_which_columns_are_compared_and_which_are_left_alone() -> None:
    written("some.csv", f"record_id,{CHILD},shoe", *ROWS)
    told = " ".join(match("file", "some.csv").output.split())
    assert (
        "Compared: state_code, first_name, last_name_1, last_name_2, sex, female_parent_first_name, birth_date."
        in told
    )
    assert "Left alone: shoe." in told


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_values_may_be_divided_otherwise_than_by_commas(separator: str) -> None:
    written("some.csv", *(line.replace(",", separator) for line in (f"record_id,{CHILD},who", *ROWS)))
    assert "3 records are of 2 people" in match("file", "some.csv").output


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("record_id,first_name\n1,Ana\n".encode("utf-16"), "the file is in UTF-16"),
        (
            "record_id,first_name\n1,Ana\n".encode("utf-16-le"),
            "line 1: this is not UTF-8: there are NUL bytes",
        ),
        ("record_id,first_name\n1,Ana\n2,José\n".encode("latin-1"), "line 3: this is not UTF-8"),
    ],
)
def test_a_file_in_another_encoding_is_told_so(content: bytes, words: str) -> None:
    Path("bad.csv").write_bytes(content)
    told = match("file", "bad.csv")
    assert told.exit_code == Exit.REJECTED
    assert words in " ".join(told.output.split())


def test_what_is_written_runs_as_no_formula_in_a_spreadsheet() -> None:
    written("some.csv", "record_id,first_name,birth_date", "=1+1,Ana,2014-03-12", "@x,Ana,2014-03-13")
    assert match("file", "some.csv").exit_code == Exit.DONE
    assert [row["record_id"] for row in rows_of("clusters.csv")] == ["'=1+1", "'@x"]


def test_pairs_for_people_show_what_both_records_say_and_can_be_judged_again() -> None:
    two = (
        "a,Daniela,Cruz,López,2014-03-12,Female,Rosa,CA",
        "b,Daniella,Cruz,López,2014-11-12,Female,Rosa,TX",
    )
    written("some.csv", f"record_id,{CHILD}", *two)
    match("file", "some.csv", "--near", "near.csv")
    (one,) = rows_of("near.csv")
    assert {one["first_name_1"], one["first_name_2"]} == {"Daniela", "Daniella"}
    assert {one["birth_date_1"], one["birth_date_2"]} == {"2014-03-12", "2014-11-12"}
    assert "1 possible" in match("pairs", "near.csv").output


def test_each_pair_gets_a_verdict_a_weight_and_reasons_in_words() -> None:
    written(
        "two.csv",
        "first_name_1,last_name_1_1,birth_date_1,first_name_2,last_name_1_2,birth_date_2,female_parent_first_name_1,female_parent_first_name_2,truth",
        "Guadalupe,Cruz,2014-03-12,Lupe,Cruz,2014-03-12,Rosa,Rosa,1",
        "Daniela,Cruz,2014-03-12,Pedro,Quiej,2009-08-30,Rosa,Ana,0",
    )
    told = match("pairs", "two.csv", "--truth", "truth", "--charts", "charts.html")
    assert told.exit_code == Exit.DONE, told.output
    assert "1 same, 0 possible, 1 different" in told.output
    one, other = rows_of("verdicts.csv")
    assert (one["verdict"], other["verdict"]) == ("same", "different")
    assert float(one["weight"]) > float(other["weight"])
    assert "are one name" in one["reasons"]
    assert one["first_name_1"] == "Guadalupe"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            ("record_id,first_name", "1,Ana", "1,Eva"),
            "line 2: the record_id '1' is there twice, again in line 3",
        ),
        (("record_id,first_name", "1,Ana", ",Eva"), "line 3: the record_id is empty"),
        (("first_name", "Ana"), "there is no column record_id"),
        (("record_id,shoe", "1,38"), "no column is an element"),
        (("record_id,first_name,First Name", "1,Ana,Eva"), "the column first_name is there twice"),
        (("record_id,first_name",), "no line after the header"),
        (
            ("record_id,birth_date", "1,2014-03-12", "2,yesterday"),
            "line 3: birth_date 'yesterday' is no date on which",
        ),
        (
            ("record_id,first_name", "1,Ana", "2,Eva,more"),
            "line 3: the header names 2 columns, and this line has 3 values",
        ),
        (
            ("record_id,first_name,sex", "1,Ana,F", "2,Eva"),
            "line 3: the header names 3 columns, and this line has 2 values",
        ),
        (("",), "no header line"),
        (("record_id,first_name", '1,"Ana', "2,Eva"), "line 2: a quotation mark is not closed"),
        (
            ("record_id,first_name", "1,Ana", f"2,{'x' * 131_073}"),
            "line 3: a value is longer than 131,072 signs",
        ),
        (("record_id,first_name", '1,"Ana', 'Rosa"', ' ,"Eva"'), "line 4: the record_id is empty"),
        (("record_id,first_name,first_name", "1,Ana,Eva"), "the column first_name is there twice"),
        (("record_id,birth_date", "1,0001-01-01"), "line 2: birth_date '0001-01-01' is no date on which"),
        (("record_id,birth_date", "1,9999-12-31"), "line 2: birth_date '9999-12-31' is no date on which"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_of_by_line_and_column_and_nothing_is_written(
    lines: tuple[str, ...], words: str
) -> None:
    written("bad.csv", *lines)
    told = match("file", "bad.csv")
    assert told.exit_code == Exit.REJECTED
    assert "bad.csv" in told.output
    assert words in " ".join(told.output.split())
    assert not Path("clusters.csv").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("columns = 3",), "columns: Input should be"),
        (("[columns", ""), "this is no TOML file"),
        (
            ("[shoes]", 'a = "b"'),
            "shoes: there is no such setting. Its parts are [columns], [extra], [deciding] and blocks",
        ),
        (("[extra]", 'phone = "sound"'), "extra, phone: Input should be 'text' or 'code'."),
        (("[deciding]", 'same_from = "much"'), "deciding, same_from: Input should be a valid number"),
        (('blocks = [["sex", "sex"]]',), "blocks: a block names a column twice: sex, sex."),
        (("[deciding]", "same_from = -inf"), "deciding, same_from: Input should be a finite number"),
        (
            ("[deciding]", "same_from = 1.0", "possible_from = 2.0"),
            "deciding: same_from is below possible_from",
        ),
        (
            ("[deciding]", "possible_from = 1000"),
            "deciding: same_from (1, that of the model) is below possible_from (1000)",
        ),
        (
            ("[deciding]", "same_from = -25"),
            "deciding: same_from (-25) is below possible_from (-4, that of the model)",
        ),
        (("[extra]", 'Phone = "code"', 'phone = "code"'), "extra: a column is named twice: Phone, phone."),
        (("blocks = [[]]",), "blocks, 0: Tuple should have at least 1 item"),
    ],
)
def test_settings_that_cannot_be_followed_are_told_of_by_file_and_place(
    settings: tuple[str, ...], words: str
) -> None:
    written("some.csv", f"record_id,{CHILD},who", *ROWS)
    written("wrong.toml", *settings)
    told = match("file", "some.csv", "--settings", "wrong.toml")
    assert told.exit_code == Exit.USAGE
    assert "wrong.toml" in said(told)
    assert words in said(told)
    assert not Path("clusters.csv").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("[extra]", 'phone = "code"'), "there is no column phone, which the settings name in [extra]"),
        (('blocks = [["phone"]]',), "there is no column phone, which the settings name in blocks"),
        (("[columns]", 'phone = ""'), "there is no column phone, which the settings name in [columns]"),
        (
            ("[extra]", 'sex = "code"'),
            "the settings name sex in [extra]; it is compared as an element already",
        ),
    ],
)
def test_settings_that_do_not_fit_the_file_are_told_of_by_column(
    settings: tuple[str, ...], words: str
) -> None:
    written("some.csv", f"record_id,{CHILD},who", *ROWS)
    written("wrong.toml", *settings)
    told = match("file", "some.csv", "--settings", "wrong.toml")
    assert told.exit_code == Exit.REJECTED
    assert words in said(told)
    assert not Path("clusters.csv").exists()


def test_a_column_besides_the_elements_speaks_for_one_child_or_two() -> None:
    written("some.csv", f"record_id,{CHILD},who,Phone", *(f"{row},555-010{row[0]}" for row in ROWS))
    written("phone.toml", "[extra]", 'phone = "code"')
    told = match("file", "some.csv", "--settings", "phone.toml", "--truth", "who")
    assert told.exit_code == Exit.DONE, told.output
    assert "candidates' recall" in told.output


def test_weights_are_learned_from_files_of_records_and_not_of_pairs() -> None:
    written("two.csv", "first_name_1,first_name_2", "Ana,Ana")
    written("learned.toml", "[deciding]", "learned = true")
    told = match("pairs", "two.csv", "--settings", "learned.toml")
    assert told.exit_code == Exit.USAGE
    assert "Weights are learned by openmsix match file" in said(told)


def said(told: Result) -> str:
    """The output in one line, without the frame that is drawn around what is wrong with an option."""
    return " ".join(told.output.replace("│", " ").split())


def test_a_truth_of_pairs_says_yes_or_no() -> None:
    written("two.csv", "first_name_1,first_name_2,truth", "Ana,Ana,perhaps")
    told = match("pairs", "two.csv", "--truth", "truth")
    assert told.exit_code == Exit.REJECTED
    assert "line 2: truth 'perhaps' says neither yes nor no" in " ".join(told.output.split())


def test_a_column_called_name_is_left_alone() -> None:
    written("some.csv", f"record_id,{CHILD},name", *ROWS)
    told = match("file", "some.csv", "--near", "near.csv")
    assert told.exit_code == Exit.DONE, told.output
    assert [row["record_id"] for row in rows_of("clusters.csv")] == ["a", "b", "c"]


def test_a_column_of_lists_is_told_of_by_its_name_and_type() -> None:
    pl.DataFrame({"record_id": ["a", "b"], "first_name": [["Ana"], ["Eva"]]}).write_parquet("lists.parquet")
    told = match("file", "lists.parquet")
    assert told.exit_code == Exit.REJECTED
    assert "the column first_name holds List(String)" in said(told)


@pytest.mark.parametrize("command", ["file", "pairs"])
@pytest.mark.parametrize("name", ["some.csv", "some.toml", "home/model/in-use.json"])
def test_no_file_is_written_over_one_that_is_read(
    command: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENMSIX_HOME", "home")
    Path("home/model").mkdir(parents=True)
    written("home/model/in-use.json", "kept")
    written("some.csv", f"record_id,{CHILD},who", *ROWS)
    written("some.toml", "[columns]")
    before = Path(name).read_bytes()
    told = match(command, "some.csv", "--settings", "some.toml", "--out", name)
    assert told.exit_code == Exit.USAGE
    assert f"{name} is a file that is read" in said(told)
    assert Path(name).read_bytes() == before


def test_no_two_outputs_are_one_file() -> None:
    written("some.csv", f"record_id,{CHILD}", *(row[:-2] for row in ROWS))
    told = match("file", "some.csv", "--out", "one.csv", "--near", "one.csv")
    assert told.exit_code == Exit.USAGE
    assert not Path("one.csv").exists()


@pytest.mark.parametrize("command", ["file", "pairs"])
def test_a_pipe_is_no_file_to_be_matched(command: str) -> None:
    os.mkfifo("pipe.csv")
    told = match(command, "pipe.csv")
    assert told.exit_code == Exit.USAGE
    assert "pipe.csv is not a plain file" in said(told)


@pytest.mark.parametrize("option", ["--out", "--near", "--charts"])
@pytest.mark.parametrize("place", ["/dev/full", "/proc/x.csv"])
def test_a_file_that_cannot_be_written_is_named_with_the_reason(
    option: str, place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written("some.csv", f"record_id,{CHILD}", *(row[:-2] for row in ROWS))
    ended = Terminal(monkeypatch, capsys)("match", "file", "some.csv", option, place)
    assert ended.code == Exit.FAILED
    assert f"{place} could not be written (" in ended.err
    assert "inside openmsix" not in ended.err
    assert "Nothing was half written" not in ended.err


def test_what_stood_there_stays_where_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    before = written("kept.csv", "what stood there")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SystemExit) as told:
        files.write(before, "anew")
    assert (
        "kept.csv could not be written (No space left on device). What stood there before is as it was"
        in str(told.value)
    )
    assert before.read_text(encoding="utf-8") == "what stood there\n"
    assert list(Path().iterdir()) == [before]


OWN = "place in the file,born,said,possible,groups,Person"


def test_columns_of_any_name_may_stand_beside_the_elements() -> None:
    written("some.csv", f"record_id,{CHILD},{OWN}", *(f"{row[:-2]},1,2,3,4,5,{row[-1]}" for row in ROWS))
    written("some.toml", "[extra]", 'Born = "code"')
    told = match("file", "some.csv", "--settings", "some.toml", "--truth", "Person")
    assert told.exit_code == Exit.DONE, told.output
    assert "birth_date, born." in said(told)
    assert "Left alone: place_in_the_file, said, possible, groups." in said(told)
    assert "true pairs 1" in said(told)


def test_a_truth_that_no_column_tells_is_told_so() -> None:
    written("some.csv", f"record_id,{CHILD}", *(row[:-2] for row in ROWS))
    told = match("file", "some.csv", "--truth", "Person")
    assert told.exit_code == Exit.REJECTED
    assert "some.csv: there is no column person that says who is who" in said(told)


def test_pairs_may_have_a_column_for_their_place_and_a_truth_in_capitals() -> None:
    written("two.csv", "place in the file,first_name_1,first_name_2,Same Child", "7,Ana,Ana,1")
    told = match("pairs", "two.csv", "--truth", "Same Child")
    assert told.exit_code == Exit.DONE, told.output
    assert rows_of("verdicts.csv")[0]["place_in_the_file"] == "7"


def test_a_date_that_cannot_be_is_told_of_by_its_own_column() -> None:
    written("two.csv", "birth_date_1,birth_date_2", "2014-03-12,3014-03-12")
    assert "line 2: birth_date_2 '3014-03-12' is no date" in said(match("pairs", "two.csv"))


@pytest.mark.parametrize("kind", [pl.Date, pl.Datetime])
@pytest.mark.parametrize("year", [1, 3014])
def test_dates_of_parquet_are_looked_at_as_those_of_csv(year: int, kind: type[pl.DataType]) -> None:
    days = pl.Series([date(2014, 3, 12), date(year, 3, 12)]).cast(kind)
    pl.DataFrame({"record_id": ["a", "b"], "birth_date": days}).write_parquet("dates.parquet")
    told = match("file", "dates.parquet")
    assert told.exit_code == Exit.REJECTED
    assert f"dates.parquet, row 2: birth_date '{year:04}-03-12" in said(told)


def test_dates_with_a_time_in_parquet_are_dates() -> None:
    days = pl.Series([date(2014, 3, 12), None]).cast(pl.Datetime)
    pl.DataFrame({"Record ID": ["a", "b"], "birth_date": days}).write_parquet("dates.parquet")
    assert match("file", "dates.parquet").exit_code == Exit.DONE


def test_records_with_nothing_but_a_name_or_a_placeholder_are_never_joined() -> None:
    names = ("Unknown", "Baby Girl", "Test", "Ana", "NA", "José")
    rows = [
        f"{number}{side},{name},,,,,,{state}"
        for number, name in enumerate(names)
        for side, state in (("x", "CA"), ("y", "TX"))
    ]
    written("bare.csv", f"record_id,{CHILD}", *rows)
    told = match("file", "bare.csv")
    assert told.exit_code == Exit.DONE, told.output
    assert len({row["cluster"] for row in rows_of("clusters.csv")}) == len(rows)
