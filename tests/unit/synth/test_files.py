"""The files that are written: what a reader gets from them is what the nation holds."""

from pathlib import Path

import polars as pl
import pytest

from openmsix.intake import checks, parse
from openmsix.synth import changes, nation, write
from openmsix.synth.nation import Nation


def checked(made: Nation, state: str, folder: Path) -> checks.Checked:
    """One State's files, read and checked offline."""
    parts = [parse.read(path) for path in write.write_state(made, state, folder)]
    joined = parse.join(parts)
    known = pl.concat([made.land.districts["leaid"], made.land.schools["ncessch"]])
    context = checks.Context(today=made.today, submitting_state=state, known_places=lambda _: known)
    return checks.run(joined, context)


@pytest.mark.parametrize("state", ["CA", "TX", "AK", "MI"])
def test_what_is_written_without_noise_reads_back_as_it_was_and_has_no_finding(
    clean: Nation, state: str, tmp_path: Path
) -> None:
    found = checked(clean, state, tmp_path)
    assert found.findings.height == 0
    assert set(found.records["students"]["verdict"]) == {"accepted"}
    for record, rows in clean.frames(state).items():
        if record not in ("header", "students"):
            columns = [name for name in rows.columns if name not in ("student_record_id", "record_id")]
            assert found.records[record].select(columns).equals(rows.select(columns)), record


def test_with_noise_some_students_are_rejected_and_most_are_not(lifelike: Nation, tmp_path: Path) -> None:
    verdicts = pl.concat(
        [checked(lifelike, state, tmp_path).records["students"]["verdict"] for state in lifelike.sending()]
    )
    assert 0 < (verdicts == "rejected").sum() < 0.02 * len(verdicts)
    assert 0.02 < (verdicts == "findings").mean() < 0.5  # type: ignore[operator]


def test_the_same_nation_gives_the_same_bytes(tmp_path: Path, clean: Nation) -> None:
    made = [nation.make(children=200, states=["TX"], seed=2, noise=1.0, today=clean.today) for _ in range(2)]
    first, second = (write.write(one, tmp_path / str(number)) for number, one in enumerate(made))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_large_state_is_sent_in_parts(
    monkeypatch: pytest.MonkeyPatch, clean: Nation, tmp_path: Path
) -> None:
    monkeypatch.setattr(nation, "MOST_STUDENTS_IN_A_PART", 100)
    parts = write.write_state(clean, "TX", tmp_path)
    students = [parse.read(path).records["students"].height for path in parts]
    assert len(parts) == clean.parts("TX") > 2
    assert set(students[:-1]) == {100}
    assert sum(students) == clean.students.filter(pl.col("state") == "TX").height


def test_the_truth_names_every_student_once(lifelike: Nation, tmp_path: Path) -> None:
    write.write(lifelike, tmp_path)
    truth = pl.read_parquet(tmp_path / "truth" / "truth.parquet")
    sent = pl.concat(
        [
            lifelike.frames(state)["students"].select(
                state="reporting_state", state_student_id="state_student_id"
            )
            for state in lifelike.sending()
        ]
    )
    assert truth.height == sent.height == truth.join(sent, on=["state", "state_student_id"]).height
    assert (tmp_path / "truth" / "truth.csv").exists()


def test_progress_is_told_to_the_end(clean: Nation, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    made = nation.make(
        children=50, states=2, seed=1, noise=1.0, today=clean.today, progress=lambda *step: told.append(step)
    )
    write.write(made, tmp_path, progress=lambda *step: told.append(step))
    assert all(done <= total for _step, done, total in told)
    assert {step: done == total for step, done, total in told} == dict.fromkeys(
        [step for step, _d, _t in told], True
    )


def test_a_delta_has_only_what_changed_and_a_full_one_all(clean: Nation, tmp_path: Path) -> None:
    made = changes.make_changes(clean, 0.1, seed=5)
    codes = made.delta.students["action_code"].value_counts()
    assert set(codes["action_code"]) == {"I", "U", "D"}
    assert 0.05 < made.delta.students.height / clean.students.height < 0.15
    deleted = set(made.delta.students.filter(pl.col("action_code") == "D")["roll"])
    assert deleted.isdisjoint(made.after.students["roll"])
    found = checked(made.delta, "CA", tmp_path)
    assert "rejected" not in set(found.records["students"]["verdict"])
    found = checked(made.after, "CA", tmp_path)
    assert set(found.records["students"]["verdict"]) <= {"accepted", "findings"}


def test_what_did_not_change_is_sent_as_it_was(clean: Nation) -> None:
    made = changes.make_changes(clean, 0.1, seed=5)
    rest = clean.students.join(made.delta.students.select("roll"), on="roll", how="anti").select("roll")
    for name, rows in clean.tables.items():
        assert rows.join(rest, on="roll", how="semi").equals(
            made.after.tables[name].join(rest, on="roll", how="semi")
        ), name


def test_changes_of_changes_give_no_identifier_twice(clean: Nation) -> None:
    first = changes.make_changes(clean, 0.2, seed=1).after
    second = changes.make_changes(first, 0.2, seed=2)
    ever = pl.concat(
        [made.students.select("state", "state_student_id", "child") for made in (clean, first, second.after)]
    )
    assert ever.unique().select(pl.struct("state", "state_student_id").is_duplicated().any()).item() is False


def test_sending_again_repeats_the_content(clean: Nation) -> None:
    later = changes.again(clean, clean.today)
    assert set(later.students["action_code"]) == {"U"}
    assert later.frames("TX")["enrollments"].equals(clean.frames("TX")["enrollments"])
