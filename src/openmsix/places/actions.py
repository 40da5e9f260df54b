"""Writing places: the States, the directories, the States' own lists, and what only a submission has named."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from django.db import transaction

from openmsix.audit.actions import record
from openmsix.audit.hands import Hand
from openmsix.deadlines import clock

from . import contacts, reading, upsert
from .models import Kind, Place, Source
from .problems import Problem, Severity
from .states import NATION, NATION_NAME, by_fips, states

Progress = Callable[[str, int, int], None]  # step, done, total
IN_ORDER = (Kind.REGION, Kind.DISTRICT, Kind.PROJECT, Kind.FACILITY, Kind.SCHOOL)
PLURALS = {
    Kind.REGION: "regions", Kind.DISTRICT: "districts", Kind.SCHOOL: "schools", Kind.PROJECT: "projects", Kind.FACILITY: "facilities",
}  # fmt: skip
IDS = pl.Schema({"kind": pl.String, "code": pl.String, "name": pl.String, "state_code": pl.String})


@dataclass
class Loaded:
    """What a load did: how many places of a kind were added, changed and found as they are; and what was wrong."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """How many rows or files could not be loaded; notes do not count."""
        return sum(problem.severity is not Severity.NOTE for problem in self.problems)

    @property
    def found(self) -> int:
        """How many places and contacts there were."""
        return sum(sum(count.values()) for count in self.counts.values())

    def in_words(self) -> str:
        """One line a kind."""
        lines = [
            f"{kind}: {count['added']:,} added, {count['changed']:,} changed, {count['equal']:,} as they were"
            for kind, count in self.counts.items()
            if any(count.values())
        ]
        faults = f"{self.faults:,} fault{'' if self.faults == 1 else 's'}" if self.faults else "No faults."
        return "\n".join([*(lines or ["No places found."]), faults])


@transaction.atomic
def ensure_states(*, by: Hand) -> int:
    """Make the nation, its States and territories where they are missing; how many were made."""
    there = set(Place.objects.filter(kind__in=[Kind.NATION, Kind.STATE]).values_list("kind", "code"))
    now = clock.now()
    if (Kind.NATION, NATION) not in there:
        Place.objects.create(
            kind=Kind.NATION,
            code=NATION,
            name=NATION_NAME,
            path=f"/{NATION}/",
            source=Source.OURS,
            updated_at=now,
        )
    nation = Place.objects.nation()
    made = [
        Place(kind=Kind.STATE, code=state.code, name=state.name, state_code=state.code, parent=nation, path=state.path,
              source=Source.OURS, updated_at=now)
        for state in states().values()
        if (Kind.STATE, state.code) not in there
    ]  # fmt: skip
    Place.objects.bulk_create(made)
    if made:
        record(
            by=by,
            action="places:state:made",
            subject_type="place",
            subject_id=NATION,
            detail={"states": len(made)},
        )
    return len(made)


def load(
    *, by: Hand, folder: Path | None = None, files: Iterable[Path] = (), progress: Progress | None = None
) -> Loaded:
    """Load directories, geocodes and the States' own lists; safe to repeat.

    Rows that cannot be used are left out and said; all others are loaded. What is in the database but not in the files
    stays, except contacts: a file of contacts replaces those of its States.

    Args:
        by: whose hand it is.
        folder: all CSV files of this folder.
        files: or these files.
        progress: told the step, and how many of how many parts are done.
    """
    tell = progress or (lambda _step, _done, _total: None)
    tell("Reading places", 0, 0)
    read = reading.read([*(reading.csv_files(folder) if folder else ()), *files])
    loaded = Loaded(problems=read.problems)
    with transaction.atomic():
        _write(read, loaded, tell)
        record(
            by=by,
            action="places:directory:loaded",
            subject_type="place",
            subject_id=NATION,
            detail={"counts": loaded.counts},
        )
    return loaded


def _write(read: reading.Places, loaded: Loaded, tell: Progress) -> None:
    upsert.stage(pl.concat([_directories(read), _own(read)], how="diagonal"))
    upsert.keep_regions()
    for number, kind in enumerate(IN_ORDER):
        tell("Storing places", number, len(IN_ORDER) + 1)
        orphans = upsert.without_parent(kind)
        loaded.problems += [_orphan(*orphan) for orphan in orphans]
        added, changed = upsert.write(kind)
        staged = _staged(read, kind) - len(orphans)
        loaded.counts[PLURALS[kind]] = {"added": added, "changed": changed, "equal": staged - added - changed}
        if kind is Kind.DISTRICT:
            _into_regions(read.frames["region_districts"], loaded)
    upsert.position(_positions(read))
    loaded.counts["contacts"] = contacts.replace(read.frames["contacts"], loaded.problems)
    tell("Storing places", len(IN_ORDER) + 1, len(IN_ORDER) + 1)


def _staged(read: reading.Places, kind: Kind) -> int:
    operators = read.frames["operators"]
    rows = (
        operators.filter(pl.col("kind") == kind)
        if kind in (Kind.PROJECT, Kind.FACILITY)
        else read.frames[PLURALS[kind]]
    )
    return rows.height


def _directories(read: reading.Places) -> pl.DataFrame:
    closed = reading.closed_on(pl.col("status"), pl.col("effective"), clock.today())
    districts = read.frames["districts"].with_columns(
        kind=pl.lit(Kind.DISTRICT.value),
        code="leaid",
        parent_kind=pl.lit(Kind.STATE.value),
        parent_code="state",
        closed_on=closed,
    )
    schools = read.frames["schools"].with_columns(
        kind=pl.lit(Kind.SCHOOL.value),
        code="ncessch",
        parent_kind=pl.lit(Kind.DISTRICT.value),
        parent_code="leaid",
        closed_on=closed,
    )
    return pl.concat([districts, schools], how="diagonal").with_columns(
        state_code="state", source=pl.lit(Source.CCD.value)
    )


def _own(read: reading.Places) -> pl.DataFrame:
    regions = read.frames["regions"].with_columns(
        kind=pl.lit(Kind.REGION.value),
        code=reading.own_code(Kind.REGION, "code"),
        parent_kind=pl.lit(Kind.STATE.value),
        parent_code="state",
    )
    project = pl.col("kind") == Kind.PROJECT
    inside = pl.col("region").is_not_null()
    operators = read.frames["operators"].with_columns(
        code=pl.when(project)
        .then(reading.own_code(Kind.PROJECT, "code"))
        .otherwise(reading.own_code(Kind.FACILITY, "code")),
        parent_kind=pl.when(inside).then(pl.lit(Kind.REGION.value)).otherwise(pl.lit(Kind.STATE.value)),
        parent_code=pl.when(inside).then(reading.own_code(Kind.REGION, "region")).otherwise("state"),
    )
    own = pl.concat([regions, operators], how="diagonal")
    return own.with_columns(
        pl.col("latitude", "longitude").cast(pl.Float64),
        state_code="state",
        source=pl.lit(Source.STATE.value),
    )


def _orphan(file: str, line: int, kind: str, code: str, parent_kind: str, parent_code: str) -> Problem:
    message = f"The {parent_kind} {parent_code} of this {kind} is not known."
    return Problem(
        file, line, "", code, Severity.ROW, message, f"Load the {parent_kind} with it or before it."
    )


def _into_regions(pairs: pl.DataFrame, loaded: Loaded) -> None:
    pairs = pairs.with_columns(own=reading.own_code(Kind.REGION, "region"))
    known = {
        "leaid": set(Place.objects.filter(kind=Kind.DISTRICT).values_list("code", flat=True)),
        "own": set(Place.objects.filter(kind=Kind.REGION).values_list("code", flat=True)),
    }
    for key, what in (("leaid", "district"), ("own", "region")):
        shown = "region" if key == "own" else key
        for file, line, value in (
            pairs.filter(~pl.col(key).is_in(list(known[key]))).select("file", "line", shown).iter_rows()
        ):
            message = f"This {what} is not known."
            loaded.problems.append(
                Problem(
                    file, line, shown, value, Severity.ROW, message, f"Load the {what} with it or before it."
                )
            )
    upsert.move_into_regions(pairs.select("leaid", region="own"))
    upsert.mend_paths()


def _positions(read: reading.Places) -> pl.DataFrame:
    parts = [
        read.frames[frame].select(
            pl.col("latitude", "longitude").cast(pl.Float64), kind=pl.lit(kind.value), code=code
        )
        for frame, kind, code in (
            ("district_positions", Kind.DISTRICT, "leaid"),
            ("school_positions", Kind.SCHOOL, "ncessch"),
        )
    ]
    return pl.concat(parts)


def provide(ids: pl.DataFrame, by: Hand) -> pl.DataFrame:
    """Make provisional places for districts and schools that nobody knows yet.

    Args:
        ids: kind ("district" or "school"), code (7 or 12 digits), and if known name and state_code of who named it. May
            repeat itself. What has another shape is passed over.
        by: whose hand it is.

    Returns:
        The places that were made, in the same columns. A school brings its district with it if need be.
    """
    wanted = _provisional(ids.select(pl.col(column).cast(kind) for column, kind in IDS.items()))
    with transaction.atomic():
        upsert.stage(wanted)
        made = {kind: upsert.add(kind) for kind in (Kind.DISTRICT, Kind.SCHOOL)}
        counts = {PLURALS[kind]: len(codes) for kind, codes in made.items() if codes}
        if counts:
            record(
                by=by, action="places:place:provided", subject_type="place", subject_id=NATION, detail=counts
            )
    codes = [*made[Kind.DISTRICT], *made[Kind.SCHOOL]]
    return wanted.filter(pl.col("code").is_in(codes)).select(IDS.names()).sort("code")


def _provisional(ids: pl.DataFrame) -> pl.DataFrame:
    """The wanted places with their State and parent; the districts of schools among them."""
    digits = pl.when(pl.col("kind") == Kind.SCHOOL).then(12).otherwise(7)
    ids = ids.filter(
        pl.col("kind").is_in([Kind.DISTRICT, Kind.SCHOOL]),
        pl.col("code").str.contains(r"^\d+$"),
        pl.col("code").str.len_chars() == digits,
    )
    districts = ids.filter(pl.col("kind") == Kind.SCHOOL).with_columns(
        kind=pl.lit(Kind.DISTRICT.value), code=pl.col("code").str.slice(0, 7), name=pl.lit(None, pl.String)
    )
    by_number = (
        pl.col("code")
        .str.slice(0, 2)
        .replace_strict({fips: state.code for fips, state in by_fips().items()}, default=None)
    )
    named = pl.when(pl.col("state_code").is_in(list(states()))).then("state_code")
    school = pl.col("kind") == Kind.SCHOOL
    return (
        pl.concat([ids, districts])
        .with_columns(state_code=pl.coalesce(by_number, named))
        .filter(pl.col("state_code").is_not_null())
        .sort("kind", "code", "name", nulls_last=True)
        .unique(["kind", "code"], keep="first", maintain_order=True)
        .with_columns(
            name=pl.coalesce(
                "name",
                pl.when(school).then(pl.lit("School ")).otherwise(pl.lit("District ")) + pl.col("code"),
            ),
            parent_kind=pl.when(school).then(pl.lit(Kind.DISTRICT.value)).otherwise(pl.lit(Kind.STATE.value)),
            parent_code=pl.when(school).then(pl.col("code").str.slice(0, 7)).otherwise("state_code"),
            source=pl.lit(Source.SUBMISSION.value),
        )
    )
