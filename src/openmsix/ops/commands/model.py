"""`openmsix model`: train, measure, compare and promote models of the linkage."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from openmsix.ops import files, words
from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready, there_is_an_exchange
from openmsix.ops.screen import console, errors, progress

if TYPE_CHECKING:
    import polars as pl

    from openmsix.identity.decided import Decided
    from openmsix.matching.evaluate import Evaluation
    from openmsix.matching.model import Model

app = typer.Typer(help="Train, measure, compare and promote models of the linkage.", no_args_is_help=True)
CHILDREN, SEED = 200_000, 11
EVALUATED, EVALUATED_SEED = 75_000, 1_001
ENOUGH = 50
"""Pairs decided by people that say something about a model; fewer say too little."""
BIRTHPLACE = ("birth_city", "birth_state", "birth_country")
CANDIDATE = Path("model.json")
LEAST_PEOPLE = 100
"""People with more than one record from which a step of the training can learn; of fewer, most levels are never seen."""
MOST_SEED = 2_000_000_000

_LABELLED = typer.Option(
    None,
    help="A CSV or Parquet file of records whose children are known: elements as columns, record_id, person_id, and family_id if it is known. Without it "
    "a nation is made up.",
    exists=True,
    dir_okay=False,
    callback=words.plain_file,
)
_MODEL = typer.Option(
    None,
    help="The model; without it, the one in use.",
    exists=True,
    dir_okay=False,
    callback=words.plain_file,
)


@app.callback()
def group() -> None:
    """Train, measure, compare and promote models of the linkage."""


@app.command()
def train(
    version: str = typer.Option(
        callback=words.model_version, help="The name of the model, stored with each verdict made by it."
    ),
    out: Path = typer.Option(CANDIDATE, callback=words.to_write, help="Where to write it."),
    labelled: Path | None = _LABELLED,
    children: int = typer.Option(
        CHILDREN,
        min=2_000,
        help="Children to make up to count levels; three times as many for the reranker, twice as many for the thresholds.",
    ),
    seed: int = typer.Option(
        SEED,
        min=0,
        max=MOST_SEED,
        help="The seed of the made-up nation; the next two are used as well.",
    ),
    decided: bool = typer.Option(
        False,
        "--decided",
        help="Let the reranker learn from what people decided in this exchange too: near matches, merges and splits. One family in four is held back for promote.",
    ),
) -> None:
    """Train a model: weights, reranker and thresholds, each on families that the steps before it have not seen."""
    from openmsix.config.home import model_in_use
    from openmsix.matching.calibrate import calibrated
    from openmsix.matching.train import reranked
    from openmsix.matching.train import train as trained

    words.apart([labelled, model_in_use()], [out])
    people = _decided() if decided else None
    learned = (people.prepared, people.to_learn_from) if people else None
    steps = ("Counting levels among labelled pairs", "Fitting the reranker", "Choosing the thresholds")
    with progress() as tell:
        tell("Reading labelled records", 0, 1)
        parts = _thirds(labelled) if labelled else _made_up(children, seed)
        for number, step in enumerate(steps):
            tell(step, 0, 1)
            if number == 0:
                content = trained(parts[0], version=version, seed=seed)
            elif number == 1:
                content = reranked(content, parts[1], decided=learned)
            else:
                content = calibrated(content, parts[2])
    source = labelled.name if labelled else f"made-up nation, seeds {seed} to {seed + 2}"
    content["training"] |= {"people": source, "decided": len(learned[1]) if learned else 0, "evaluated": {}}
    _write(out, content)
    console.print(f"Model {version} is in {out}. Measure it: openmsix model evaluate --model {out}")


@app.command()
def evaluate(
    model: Path | None = _MODEL,
    labelled: Path | None = _LABELLED,
    children: int = typer.Option(EVALUATED, min=100, help="Children to make up."),
    seed: int = typer.Option(EVALUATED_SEED, min=0, max=MOST_SEED, help="The seed of the made-up nation."),
    birthplace: bool = typer.Option(True, help="Whether the records have birthplaces."),
    as_json: bool = typer.Option(False, "--json", help="Print the figures as JSON."),
    keep: bool = typer.Option(False, help="Write the figures into the model's file, for its card."),
) -> None:
    """Measure a model on records whose children are known: precision, recall, questions, candidates, groups of names, thresholds."""
    from openmsix.matching.evaluate import as_facts
    from openmsix.matching.evaluate import evaluate as measured

    if keep and not model:
        raise typer.BadParameter("Name the model whose file is to keep the figures: --model.")
    judge = model_of(model)
    records, name = _measured_on(labelled, children, seed, birthplace)
    found = measured(records, judge)
    if keep and model:
        content = json.loads(model.read_text(encoding="utf-8"))
        content["training"].setdefault("evaluated", {})[name] = as_facts(found)
        _write(model, content)
    if as_json:
        console.print_json(json.dumps(asdict(found)))
        return
    console.print(figures({f"model {found.version}": found}))
    console.print(groups(found))
    console.print(thresholds(found))


@app.command()
def compare(
    one: Path = typer.Argument(exists=True, dir_okay=False, callback=words.plain_file, help="A model."),
    other: Path | None = typer.Argument(
        None,
        exists=True,
        dir_okay=False,
        callback=words.plain_file,
        help="Another; without it, the one in use.",
    ),
    labelled: Path | None = _LABELLED,
    children: int = typer.Option(EVALUATED, min=100, help="Children to make up."),
    seed: int = typer.Option(EVALUATED_SEED, min=0, max=MOST_SEED, help="The seed of the made-up nation."),
) -> None:
    """Measure two models on the same records, side by side."""
    from openmsix.matching.evaluate import evaluate as measured

    models = (model_of(one), model_of(other))
    records, _ = _measured_on(labelled, children, seed, True)
    found = {
        f"{place}: {model.version}": measured(records, model)
        for place, model in zip(("one", "other"), models, strict=True)
    }
    console.print(figures(found))
    for name, evaluation in found.items():
        console.print(name)
        console.print(groups(evaluation))


@app.command()
def promote(
    model: Path = typer.Argument(
        exists=True, dir_okay=False, callback=words.plain_file, help="The model to use from now on."
    ),
    labelled: Path | None = _LABELLED,
    children: int = typer.Option(EVALUATED, min=10_000, help="Children to make up."),
    seed: int = typer.Option(
        EVALUATED_SEED + 1,
        min=0,
        max=MOST_SEED,
        help="The seed of the made-up nation: none that the model was trained on.",
    ),
) -> None:
    """Use a model from now on, if it beats the one in use on families that neither has seen, and what people decided here does not speak against it.

    Links that exist stay as they are: `openmsix relink --dry-run` shows what the model would change. Exit code 1 if it does not beat the one in use.
    Where the one in use is broken, the shipped one stands in for it here.
    """
    from openmsix.matching import model_file
    from openmsix.matching.evaluate import evaluate as measured
    from openmsix.matching.evaluate import shortcomings

    candidate, present = model_of(model), _present()
    content, place = model_file.read(model), _place_in_use()
    records, _ = _measured_on(labelled, children, seed, True)
    found = {"the candidate": measured(records, candidate), "in use": measured(records, present)}
    console.print(figures(found))
    against = shortcomings(*found.values()) + _said_by_people(candidate, present)
    if against:
        console.print(f"Model {candidate.version} is not promoted: {'; '.join(against)}.")
        raise typer.Exit(Exit.MEND)
    _write(place, content)
    console.print(
        f"Model {candidate.version} is in use from now on, instead of {present.version}. To go back to the shipped one, remove {place}."
    )


def _place_in_use() -> Path:
    """Where the model in use stands; its folder is there from then on.

    Raises:
        SystemExit: the folder cannot be made.
    """
    from openmsix.config.home import model_in_use

    place = model_in_use()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise SystemExit(
            f"The folder {place.parent} cannot be made ({fault.strerror}). Name another one in OPENMSIX_HOME, or make this one yours to write."
        ) from fault
    return place


def _present() -> "Model":
    """The model in use; where it is broken the shipped one stands in for it, so that a good one can be promoted in its place."""
    from openmsix.identity.model import in_use
    from openmsix.matching.model import Model
    from openmsix.matching.model_file import ModelNotUsable

    try:
        return in_use()
    except ModelNotUsable as fault:
        errors.print(f"{fault} The candidate is measured beside the shipped model.", soft_wrap=True)
        return Model.load()


def _decided() -> "Decided":
    check_there_is_an_exchange()
    django_ready()
    from openmsix.identity.decided import decided

    return decided()


def _said_by_people(candidate: "Model", present: "Model") -> list[str]:
    """What speaks against a model in the pairs that people decided here and that were held back from training, if there are enough of them."""
    from openmsix.matching.evaluate import agreement, disagreements

    if not there_is_an_exchange():
        return []
    people = _decided()
    if len(people.held_back) < ENOUGH:
        return []
    judged = [agreement(people.prepared, people.held_back, model) for model in (candidate, present)]
    for name, one in zip(("the candidate", "in use"), judged, strict=True):
        console.print(
            f"{one.pairs:,} pairs decided by people, {name}: {one.linked_apart} of two children linked, {one.surprise:.3f} bits of surprise a pair"
        )
    return disagreements(*judged)


def _made_up(children: int, seed: int) -> list["pl.DataFrame"]:
    from openmsix.synth.trial import CALIBRATED, training

    return [
        training(children, seed),
        training(3 * children, seed + 1),
        training(2 * children, seed + 2, noise=CALIBRATED),
    ]


def _thirds(path: Path) -> list["pl.DataFrame"]:
    """The labelled records in three parts, no family in two of them: half to count, a quarter each for the reranker and the thresholds."""
    from openmsix.matching.tabular import labelled

    with files.usable():
        records = labelled(path)
        family = "family_id" if "family_id" in records.columns else "person_id"
        quarter = records[family].hash(seed=1) % 4
        parts = [records.filter(quarter.is_in(part)) for part in ([0, 1], [2], [3])]
        _enough(path, parts)
    return parts


def _enough(path: Path, parts: list["pl.DataFrame"]) -> None:
    """Raises `FileNotUsable` where one of the parts has too few people of more than one record to learn from."""
    from openmsix.matching.reading import FileNotUsable
    from openmsix.matching.tabular import PERSON_ID

    several = [part[PERSON_ID].value_counts()["count"].gt(1).sum() for part in parts]
    if min(several) < LEAST_PEOPLE:
        raise FileNotUsable(
            f"{path.name}: this is too little to learn from. Families are dealt out to three parts, half of them and two quarters, and in each {LEAST_PEOPLE} people "
            f"with more than one record are needed: some {5 * LEAST_PEOPLE} in all. There are {', '.join(map(str, several))}."
        )


def _measured_on(
    labelled: Path | None, children: int, seed: int, birthplace: bool
) -> tuple["pl.DataFrame", str]:
    from openmsix.matching.tabular import labelled as read
    from openmsix.synth.trial import records

    with files.usable():
        said = read(labelled) if labelled else records(children, seed)
    name = labelled.name if labelled else f"made-up nation of {len(said):,} records, seed {seed}"
    if birthplace:
        return said, name
    return said.drop(column for column in BIRTHPLACE if column in said.columns), f"{name}, without birthplace"


def model_of(path: Path | None) -> "Model":
    """The model in a file, or the one in use.

    Raises:
        typer.BadParameter: the file is no model of this version of openmsix.
        ModelNotUsable: the one in use is none.
    """
    from openmsix.identity.model import in_use
    from openmsix.matching.model import Model
    from openmsix.matching.model_file import ModelNotUsable

    if path is None:
        return in_use()
    try:
        return Model.read(path)
    except ModelNotUsable as fault:
        raise typer.BadParameter(f"{fault}. Models are written by openmsix model train.") from fault


def _write(path: Path, content: Mapping[str, Any]) -> None:
    files.write(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def figures(found: dict[str, "Evaluation"]) -> Table:
    """The figures of evaluations, side by side."""
    table = Table("", *found, box=None)
    rows: tuple[tuple[str, Callable[[Evaluation], str]], ...] = (
        ("records", lambda one: f"{one.records:,}"),
        ("children", lambda one: f"{one.children:,}"),
        ("true pairs", lambda one: f"{one.true_pairs:,}"),
        ("candidates' recall", lambda one: f"{one.candidates_recall:.4f}"),
        ("precision of automatic links", lambda one: f"{one.precision:.5f}"),
        ("recall of automatic links", lambda one: f"{one.recall:.4f}"),
        ("F1 of automatic links", lambda one: f"{one.f1:.4f}"),
        ("recall with people", lambda one: f"{one.recall_with_people:.4f}"),
        ("near matches per 1,000 records", lambda one: f"{one.questions_per_1000:.1f}"),
        ("siblings of other names linked", lambda one: "not known" if one.siblings_linked is None else str(one.siblings_linked)),
        ("recall by weight alone at precision .999", lambda one: f"{one.recall_at_precision:.4f}"),
    )  # fmt: skip
    for name, tell in rows:
        table.add_row(name, *(tell(one) for one in found.values()))
    return table


def groups(found: "Evaluation") -> Table:
    """What it did in each group, as a table."""
    table = Table("group", "true pairs", "linked", "with people", "wrong links", box=None)
    for one in found.groups:
        table.add_row(
            one.name,
            f"{one.true_pairs:,}",
            f"{one.recall:.4f}",
            f"{one.recall_with_people:.4f}",
            str(one.wrong),
        )
    return table


def thresholds(found: "Evaluation") -> Table:
    """What thresholds of weight would do, as a table."""
    table = Table("weight from", "precision", "recall", box=None)
    for one in found.thresholds:
        table.add_row(f"{one.weight:g}", f"{one.precision:.5f}", f"{one.recall:.4f}")
    return table
