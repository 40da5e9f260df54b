"""Writing the made-up nation as files: what the States submit, the places, and the truth beside them.

folder/TX-2026-11-23-full-1of1.zip          one submission part: by default CSV files, one a record type
folder/places/                              districts and schools in the layout of the NCES Common Core of Data,
                                            regions, operators and contacts in the layout of `places load`
folder/truth/truth.parquet, truth.csv       which child each State record is about
"""

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from openmsix.dictionary import dictionary
from openmsix.dictionary.formats import Format

from .documents import Frames, as_csv, as_json, as_parquet, as_xml
from .land import Land
from .nation import Nation, Progress
from .sheets import VERSION

STEP = "Writing the State files"
COMPRESSION = 1  # the quickest: the files are read once
STAMP = (1980, 1, 1, 0, 0, 0)  # inside a zip, so that the same nation gives the same bytes
STUDENTS_IN_JSON = 10_000  # a JSON document is read whole, so that it has to be smaller than other parts


def write(
    nation: Nation, folder: Path, progress: Progress | None = None, form: Format = Format.CSV
) -> list[Path]:
    """Write everything; give back the State files, in the order in which they may be submitted."""
    tell = progress or (lambda _step, _done, _total: None)
    states = nation.sending()
    written: list[Path] = []
    for number, state in enumerate(states):
        tell(STEP, number, len(states))
        written += write_state(nation, state, folder, form)
    write_places(nation.land, folder / "places", nation.today)
    write_truth(nation, folder / "truth")
    tell(STEP, len(states), len(states))
    return written


def write_state(nation: Nation, state: str, folder: Path, form: Format = Format.CSV) -> list[Path]:
    """The parts of one State's submission, each a zip or, as JSON, a file that programs can send as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    if form is Format.JSON:
        nation = replace(nation, in_a_part=min(nation.most_in_a_part, STUDENTS_IN_JSON))
    parts = nation.parts(state)
    written = []
    for part in range(1, parts + 1):
        name = f"{state}-{nation.today:%Y-%m-%d}-{nation.kind}-{part}of{parts}"
        frames = nation.frames(state, part)
        path = folder / f"{name}.{'json' if form is Format.JSON else 'zip'}"
        if form is Format.JSON:
            path.write_bytes(as_json(frames, VERSION))
        else:
            _zip(
                path, {f"{name}.xml": as_xml(frames, VERSION)} if form is Format.XML else _files(frames, form)
            )
        written.append(path)
    return written


def _files(frames: Frames, form: Format) -> dict[str, bytes]:
    """One file for each record type."""
    records = dictionary(VERSION).records
    if form is Format.PARQUET:
        return {f"{key}.parquet": as_parquet(records[key], frame) for key, frame in frames.items()}
    return {records[key].file: as_csv(records[key], frame) for key, frame in frames.items()}


def _zip(path: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)


def write_truth(nation: Nation, folder: Path) -> list[Path]:
    """Which State record is about which child, as Parquet and as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    truth = nation.truth()
    paths = [folder / "truth.parquet", folder / "truth.csv"]
    truth.write_parquet(paths[0])
    truth.write_csv(paths[1])
    return paths


def write_places(land: Land, folder: Path, today: date) -> list[Path]:
    """The made-up places as `places load` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    year = today.year - (today.month < 7)
    school_year = f"{year}-{year + 1}"
    region_of = land.districts.select("state", "leaid", region="region")
    files = {
        f"ccd_lea_029_{year % 100}{(year + 1) % 100}.csv": _districts(land.districts, school_year),
        f"ccd_sch_029_{year % 100}{(year + 1) % 100}.csv": _schools(land, school_year),
        f"EDGE_GEOCODE_PUBLICLEA_{year % 100}{(year + 1) % 100}.csv": _geocodes(
            land.districts, "LEAID", "leaid"
        ),
        f"EDGE_GEOCODE_PUBLICSCH_{year % 100}{(year + 1) % 100}.csv": _geocodes(
            land.schools, "NCESSCH", "ncessch"
        ),
        "regions.csv": land.regions,
        "region_districts.csv": region_of,
        "operators.csv": land.operators,
        "contacts.csv": land.contacts,
    }
    for name, frame in files.items():
        frame.write_csv(folder / name)
    return [folder / name for name in files]


def _common(school_year: str) -> list[pl.Expr]:
    return [
        pl.lit(school_year).alias("SCHOOL_YEAR"), pl.col("leaid").str.slice(0, 2).alias("FIPST"), pl.col("state").alias("ST"),
        pl.col("leaid").alias("LEAID"), pl.col("street").alias("LSTREET1"), pl.col("town").alias("LCITY"),
        pl.col("state").alias("LSTATE"), pl.col("zip").alias("LZIP"), pl.col("phone").alias("PHONE"),
        pl.lit("1").alias("SY_STATUS"), pl.lit("Open").alias("SY_STATUS_TEXT"),
    ]  # fmt: skip


def _districts(districts: pl.DataFrame, school_year: str) -> pl.DataFrame:
    return districts.select(
        *_common(school_year),
        pl.col("name").alias("LEA_NAME"),
        pl.lit("PK").alias("GSLO"),
        pl.lit("12").alias("GSHI"),
    )


def _schools(land: Land, school_year: str) -> pl.DataFrame:
    names = land.districts.select("leaid", lea_name="name")
    return land.schools.join(names, on="leaid", maintain_order="left").select(
        *_common(school_year), pl.col("ncessch").alias("NCESSCH"), pl.col("name").alias("SCH_NAME"),
        pl.col("lea_name").alias("LEA_NAME"), pl.col("low").alias("GSLO"), pl.col("high").alias("GSHI"),
    )  # fmt: skip


def _geocodes(places: pl.DataFrame, column: str, key: str) -> pl.DataFrame:
    return places.select(
        pl.col(key).alias(column), pl.col("name").alias("NAME"), pl.col("street").alias("STREET"), pl.col("town").alias("CITY"),
        pl.col("state").alias("STATE"), pl.col("zip").alias("ZIP"), pl.col("leaid").str.slice(0, 2).alias("STFIP"),
        pl.col("latitude").alias("LAT"), pl.col("longitude").alias("LON"),
    )  # fmt: skip
