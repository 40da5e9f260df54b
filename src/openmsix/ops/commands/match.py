"""`openmsix match`: match any file of records, or of pairs of records, with the linkage model."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from openmsix.config.home import model_in_use
from openmsix.ops import files, words
from openmsix.ops.commands.model import figures, groups, thresholds
from openmsix.ops.screen import console, errors

if TYPE_CHECKING:
    import polars as pl

    from openmsix.matching.evaluate import Threshold
    from openmsix.matching.model import Model
    from openmsix.matching.settings import Settings

app = typer.Typer(
    help="Match any file of records, or of pairs of records, with the linkage model.", no_args_is_help=True
)

_FILE = typer.Argument(
    help="A CSV or Parquet file with elements as columns.",
    exists=True,
    dir_okay=False,
    callback=words.plain_file,
)
_SETTINGS = typer.Option(
    None,
    help="A TOML file that names columns, compares others besides the elements, and says how pairs are weighed; docs/matching.md tells how.",
    exists=True,
    dir_okay=False,
    callback=words.plain_file,
)
_CHARTS = typer.Option(
    None,
    callback=words.to_write,
    help="Also write an HTML page with the histogram of weights and, with a truth, the trade-off curve.",
)


@app.callback()
def group() -> None:
    """Match any file of records, or of pairs of records, with the linkage model."""


@app.command()
def file(
    records: Path = _FILE,
    out: Path = typer.Option(
        Path("clusters.csv"), callback=words.to_write, help="Where to write who belongs together."
    ),
    near: Path | None = typer.Option(
        None, callback=words.to_write, help="Also write the pairs that are for people to decide."
    ),
    settings: Path | None = _SETTINGS,
    truth: str = typer.Option(
        "", help="The column that says who is who, to measure: the same value for all records of one person."
    ),
    charts: Path | None = _CHARTS,
) -> None:
    """Find the records that are of one person. Columns are named as the elements, with a record_id for each record and a state_code where it is known.

    Two records of one State are never joined by the model, for a State gives each child one record.
    """
    words.apart([records, settings, model_in_use()], (out, near, charts))
    from openmsix.identity.model import in_use
    from openmsix.intake.receipt import harmless
    from openmsix.matching import tabular
    from openmsix.matching.evaluate import judged
    from openmsix.matching.matched import matched
    from openmsix.matching.reading import as_key
    from openmsix.matching.verdict import with_verdicts

    model = in_use()
    told = _settings(settings, model)
    truth = as_key(truth)
    with files.usable():
        rows = tabular.records(records, told, truth)
    console.print(_said(*tabular.compared(rows, told), truth), soft_wrap=True)
    with errors.status("Matching ..."):
        done = matched(rows, model, told)
    decisions, scored, model = done.decisions, done.scored, done.model
    files.write(out, harmless(_clusters(rows, decisions.mint, decisions.links)).write_csv())
    console.print(f"{rows.height:,} records are of {decisions.mint.height:,} people: {out}", soft_wrap=True)
    if near:
        files.write(near, harmless(_near(rows, decisions.possibles)).write_csv())
    console.print(
        f"{decisions.possibles.height:,} pairs are for people to decide{f': {near}' if near else ''}",
        soft_wrap=True,
    )
    by_threshold: tuple[Threshold, ...] = ()
    if truth:
        labelled = tabular.with_numbers(rows, truth)
        found = judged(labelled, done.prepared, decisions, scored, model, more_keys=done.keys)
        by_threshold = found.thresholds
        for table in (figures({f"model {found.version}": found}), groups(found), thresholds(found)):
            if table.row_count:
                console.print("", table)
        scored = _with_truth(scored, labelled)
    if charts:
        _write_charts(charts, records.name, with_verdicts(scored, model), by_threshold)


@app.command()
def pairs(
    pairs: Path = _FILE,
    out: Path = typer.Option(
        Path("verdicts.csv"), callback=words.to_write, help="Where to write the verdicts."
    ),
    settings: Path | None = _SETTINGS,
    truth: str = typer.Option(
        "", help="The column that says whether a pair is of one person, to measure: 1 or 0, yes or no."
    ),
    charts: Path | None = _CHARTS,
) -> None:
    """Judge pairs of records, two a row: elements of the one end in _1, those of the other in _2. Writes verdict, weight and reasons beside each row."""
    words.apart([pairs, settings, model_in_use()], (out, charts))
    import polars as pl

    from openmsix.identity.model import in_use
    from openmsix.intake.receipt import harmless
    from openmsix.matching import tabular
    from openmsix.matching.evaluate import by_threshold as counted
    from openmsix.matching.explain import sentences
    from openmsix.matching.matched import with_thresholds
    from openmsix.matching.prepare import prepare
    from openmsix.matching.reading import PLACE, as_key
    from openmsix.matching.scorer import score_pairs
    from openmsix.matching.verdict import with_verdicts

    model = in_use()
    told = _settings(settings, model)
    if told.own_evidence or told.blocks:
        raise typer.BadParameter(
            "Pairs are judged by the model alone: of the settings only [columns] and the thresholds of [deciding] hold for them. Weights are learned by "
            "openmsix match file."
        )
    model, truth = with_thresholds(model, told), as_key(truth)
    with files.usable():
        rows, records, numbered = tabular.pairs(pairs, told.columns, truth)
        true = tabular.truth_of_pairs(pairs, rows, truth) if truth else None
    prepared = prepare(records)
    judged = with_verdicts(score_pairs(prepared, numbered, model), model)
    reasons = pl.Series("reasons", sentences(prepared, judged, model), dtype=pl.String)
    answers = [judged["verdict"], judged["weight"].round(3), reasons]
    beside = rows.drop(PLACE, *(one.name for one in answers), strict=False).hstack(answers)
    files.write(out, harmless(beside).write_csv())
    console.print(_said_of_pairs(rows.columns, truth), soft_wrap=True)
    console.print(_counted(judged["verdict"]), soft_wrap=True)
    console.print(f"Written: {out}", soft_wrap=True)
    by_threshold: tuple[Threshold, ...] = ()
    if true is not None:
        judged = judged.with_columns(true)
        by_threshold, best = counted(judged.filter(pl.col("vetoes").list.len() == 0), int(true.sum()))
        console.print(_of_pairs(judged, best))
    if charts:
        _write_charts(charts, pairs.name, judged, by_threshold)


def _said_of_pairs(columns: list[str], truth: str) -> str:
    """As `_said`, of pairs; and of which record an element is that is named without one (last_name_1 is the first surname, not that of the first record)."""
    from openmsix.matching.reading import PLACE
    from openmsix.matching.tabular import ELEMENTS, told_of_both

    both = told_of_both(columns)
    used = {f"{element}_{side}" for element in both for side in (1, 2)}
    alone = [name for name in columns if name not in used and name != PLACE]
    whose = [name for name in alone if name in ELEMENTS]
    asked = (
        f" Of which record is {whose[0]}? Name such columns {whose[0]}_1 and {whose[0]}_2." if whose else ""
    )
    return _said(both, [], alone, truth) + asked


def _said(elements: list[str], extra: list[str], alone: list[str], truth: str) -> str:
    """What is compared, and what is not: a column of an unknown name is seen here."""
    alone = [name for name in alone if name != truth]
    parts = [
        f"Compared: {', '.join([*elements, *extra])}.",
        f"Left alone: {', '.join(alone)}." if alone else "",
    ]
    return " ".join(part for part in parts if part)


def _settings(path: Path | None, model: "Model") -> "Settings":
    from openmsix.matching.matched import check_order
    from openmsix.matching.settings import Settings, SettingsNotUsable, read

    if path is None:
        return Settings()
    try:
        told = read(path)
        check_order(path, told, model)
        return told
    except SettingsNotUsable as fault:
        raise typer.BadParameter(str(fault)) from fault


def _clusters(rows: "pl.DataFrame", founders: "pl.DataFrame", links: "pl.DataFrame") -> "pl.DataFrame":
    """Each record, the first record of its cluster, the record beside which it was put, and the weight of the two."""
    import polars as pl

    from openmsix.matching.tabular import OWN_ID

    name = rows.select("record_id", OWN_ID)
    placed = pl.concat(
        [
            founders.select("record_id", founder="record_id"),
            links.select("record_id", "founder", "beside", "weight"),
        ],
        how="diagonal",
    )
    return (
        placed.join(name, on="record_id")
        .join(name.rename({"record_id": "founder", OWN_ID: "cluster"}), on="founder")
        .join(name.rename({"record_id": "beside", OWN_ID: "matched_with"}), on="beside", how="left")
        .sort("record_id")
        .select(pl.col(OWN_ID).alias("record_id"), "cluster", "matched_with", pl.col("weight").round(3))
    )


def _near(rows: "pl.DataFrame", possibles: "pl.DataFrame") -> "pl.DataFrame":
    """The pairs for people, with what both records say: element by element, as `openmsix match pairs` takes them."""
    import polars as pl

    from openmsix.matching.tabular import ELEMENTS, OWN_ID
    from openmsix.matching.verdict import REASONS

    shown = [name for name in ELEMENTS if name in rows.columns]
    sides = [
        rows.select(
            pl.col("record_id").alias(key),
            pl.col(OWN_ID).alias(f"record_id_{number}"),
            *(pl.col(name).cast(pl.String).alias(f"{name}_{number}") for name in shown),
        )
        for number, key in ((1, "record_id_l"), (2, "record_id_r"))
    ]
    reasons = pl.col("reasons").list.eval(pl.element().replace_strict(dict(REASONS))).list.join("; ")
    return (
        possibles.join(sides[0], on="record_id_l")
        .join(sides[1], on="record_id_r")
        .sort("weight", descending=True)
        .select(
            "record_id_1",
            "record_id_2",
            pl.col("weight").round(3),
            reasons,
            *(f"{name}_{number}" for name in shown for number in (1, 2)),
        )
    )


def _with_truth(scored: "pl.DataFrame", labelled: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    person = dict(labelled.select("record_id", "person_id").iter_rows())
    left, right = (pl.col(name).replace_strict(person) for name in ("record_id_l", "record_id_r"))
    return scored.with_columns(true=left == right)


def _counted(verdicts: "pl.Series") -> str:
    counts = dict(verdicts.value_counts().iter_rows())
    return ", ".join(f"{counts.get(name, 0):,} {name}" for name in ("same", "possible", "different"))


def _of_pairs(judged: "pl.DataFrame", best: float) -> Table:
    same, true = judged["verdict"] == "same", judged["true"]
    asked = judged["verdict"] == "possible"
    right = int((same & true).sum())
    precision, recall = right / max(int(same.sum()), 1), right / max(int(true.sum()), 1)
    table = Table("", "", box=None, show_header=False)
    for name, value in (
        ("pairs", f"{judged.height:,}"),
        ("of one person", f"{int(true.sum()):,}"),
        ("precision", f"{precision:.5f}"),
        ("recall", f"{recall:.4f}"),
        ("F1", f"{2 * precision * recall / max(precision + recall, 1e-9):.4f}"),
        ("recall with people", f"{(right + int((asked & true).sum())) / max(int(true.sum()), 1):.4f}"),
        ("recall by weight alone at precision .999", f"{best:.4f}"),
    ):
        table.add_row(name, value)
    return table


def _write_charts(
    path: Path, name: str, judged: "pl.DataFrame", by_threshold: "tuple[Threshold, ...]"
) -> None:
    from openmsix.matching.draw import histogram, trade_off

    parts = [histogram(judged)]
    if by_threshold:
        rows = "".join(
            f"<tr><td>{one.weight:g}</td><td>{one.precision:.5f}</td><td>{one.recall:.4f}</td></tr>"
            for one in by_threshold
        )
        head = "<tr><th scope=col>weight from</th><th scope=col>precision</th><th scope=col>recall</th></tr>"
        parts += [trade_off(by_threshold), f"<table>{head}{rows}</table>"]
    title = escape(f"Match of {name}")
    style = "body{font-family:sans-serif;max-width:48rem;margin:2rem auto}td,th{padding:.2rem 1rem;text-align:right}svg{max-width:100%;height:auto}"
    body = "".join(parts)
    files.write(
        path,
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{style}</style><h1>{title}</h1>{body}</html>',
    )
    console.print(f"Written: {path}", soft_wrap=True)
