"""`openmsix model`: a model is used only if it beats the one in use, and if what people decided does not speak against it."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.identity.models import CandidatePair
from openmsix.ops.cli import app
from openmsix.ops.commands import model as command
from openmsix.ops.exits import Exit
from tests import parts
from tests.integration.drawn import LUPE, Student, take_in

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

SHIPPED = json.loads((files("openmsix.matching") / "models/current.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An installation without an exchange of its own; one whose database is named has this test's."""
    monkeypatch.setenv("OPENMSIX_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    with parts.kept_in(tmp_path / "kept"):
        yield


def model(*words: str) -> Result:
    return CliRunner().invoke(app, ["model", *words])


def written(name: str, **changed: Any) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(json.dumps({**SHIPPED, **changed}), encoding="utf-8")
    return name


def test_a_model_that_finds_no_more_is_not_promoted() -> None:
    told = model("promote", written("worse.json", version="worse", same_above=9.0), "--children", "10000")
    assert told.exit_code == Exit.MEND, told.output
    assert "Model worse is not promoted: it links" in told.output
    assert not Path("home/model/in-use.json").exists()


def test_a_better_model_is_used_from_then_on() -> None:
    written("home/model/in-use.json", version="before", same_above=9.0)
    told = model("promote", written("better.json", version="better"), "--children", "10000")
    assert told.exit_code == Exit.DONE, told.output
    assert json.loads(Path("home/model/in-use.json").read_text(encoding="utf-8"))["version"] == "better"


def test_a_broken_model_in_use_is_mended_by_promoting_a_good_one() -> None:
    written("home/model/in-use.json")
    place = Path("home/model/in-use.json")
    place.write_text(place.read_text(encoding="utf-8")[:5000], encoding="utf-8")
    surer = written("surer.json", version="surer", same_above=-0.5)
    told = model("promote", surer, "--children", "10000")
    assert "The model in use cannot be used" in told.output
    assert told.exit_code == Exit.DONE, told.output
    assert json.loads(place.read_text(encoding="utf-8"))["version"] == "surer"
    assert [each.name for each in place.parent.iterdir()] == ["in-use.json"]


def test_a_better_model_that_would_link_what_people_hold_apart_is_not_promoted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command, "ENOUGH", 1)
    monkeypatch.setattr("openmsix.identity.decided.HELD_BACK", 1)
    written("home/model/in-use.json", version="before", same_above=99.0)
    for state in ("TX", "CA"):
        take_in(state, Student("1", says=LUPE))
    decisions.different(pair=CandidatePair.objects.get(), by=Hat.system("first"), reason="cousins")
    monkeypatch.setenv("DATABASE_URL", "postgresql://the/database/of/this/test")
    told = model("promote", written("better.json", version="better"), "--children", "10000")
    said = " ".join(told.output.split())
    assert "1 pairs decided by people, the candidate: 1 of two children linked" in said
    assert "it would link 1 of the pairs that people hold for two children, the model in use 0" in said
    assert told.exit_code == Exit.MEND


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["evaluate", "--model", "no.json"],
            "no.json: version: is missing. Models are written by openmsix model train",
        ),
        (["promote", "other.json"], "has other comparisons than this version of openmsix"),
    ],
)
def test_a_file_that_is_no_model_is_told_so(words: list[str], said: str) -> None:
    Path("no.json").write_text('{"a": 1}', encoding="utf-8")
    written("other.json", splink={**SHIPPED["splink"], "comparisons": SHIPPED["splink"]["comparisons"][:-1]})
    told = model(*words)
    assert told.exit_code == Exit.USAGE
    assert said in " ".join(told.output.replace("│", " ").split())
