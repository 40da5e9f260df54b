"""The lists the nation is made from: names, towns, States. Written from general knowledge; no list of real people."""

import functools
from importlib.resources import files

import polars as pl

TEXT_COLUMNS = {
    "fips": pl.String,
    "area_code": pl.String,
    "zip": pl.String,
    "school_starts": pl.String,
    "school_ends": pl.String,
}


def read(name: str) -> pl.DataFrame:
    """One list as a frame."""
    text = files("openmsix.synth").joinpath("tables", f"{name}.csv").read_bytes()
    overrides = {
        column: kind
        for column, kind in TEXT_COLUMNS.items()
        if column.encode() in text.split(b"\n", 1)[0].split(b",")
    }
    return pl.read_csv(text, schema_overrides=overrides)


@functools.cache
def states() -> pl.DataFrame:
    """The States that take part, by size: postal code, FIPS number, weight, and how their places look."""
    return read("states").sort("weight", descending=True, maintain_order=True)


@functools.cache
def towns() -> pl.DataFrame:
    """Farming towns by State, with coordinates in degrees."""
    return read("towns")


@functools.cache
def outside() -> pl.DataFrame:
    """Towns in other countries from which families come."""
    return read("outside")


@functools.cache
def given_names(name: str, sex: str) -> pl.DataFrame:
    """Given names of one list (name, weight) for "M" or "F"."""
    return read("given_names").filter(pl.col("list") == name, pl.col("sex") == sex).select("name", "weight")


@functools.cache
def surnames(name: str) -> pl.DataFrame:
    """Surnames of one list (name, weight)."""
    return read("surnames").filter(pl.col("list") == name).select("name", "weight")


@functools.cache
def short_names() -> pl.DataFrame:
    """Everyday forms of given names (name, short)."""
    return read("short_names")
