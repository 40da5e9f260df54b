"""What a settings file says of a file to be matched: its names of columns, columns besides the elements, and how they are weighed."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    field_validator,
    model_validator,
)

from openmsix.matching.reading import as_key

Kind = Literal["text", "code"]
"""How a column besides the elements is compared: a `text` may be spelled almost alike, of a `code` one sign may be wrong."""


Bits = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class SettingsNotUsable(ValueError):
    """A settings file that cannot be followed; the message names the file, the place in it and the way to mend it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Deciding(_Part):
    """How pairs are weighed and judged.

    Attributes:
        learned: weights are learned from the file itself, those of the model being only where it starts. For records of other people than the model is
            for; not for families, since what is learned without labels takes brothers for one another.
        vetoes: whether what stands against a link of two children, whatever the weight, does so here.
        all_alike: whether a record must be at least possibly the same as each record of a person, or the same as one of them is enough.
        same_from, possible_from: bits from which on two records are one person, or a question; those of the model where they are not given.
    """

    learned: StrictBool = False
    vetoes: StrictBool = True
    all_alike: StrictBool = True
    same_from: Bits | None = None
    possible_from: Bits | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (
            self.same_from is not None
            and self.possible_from is not None
            and self.same_from < self.possible_from
        ):
            raise ValueError("same_from is below possible_from; what is the same has to be possible first")
        return self


class Settings(_Part):
    """A settings file.

    Attributes:
        columns: the file's own names of columns, and the elements that they are; an empty one leaves the column out.
        extra: columns besides the elements that are compared as well, and how.
        blocks: columns of which two records must share all to be compared, besides the model's block keys. Names share what they sound like.
        deciding: see `Deciding`.
    """

    columns: Mapping[str, str] = Field(default_factory=dict)
    extra: Mapping[str, Kind] = Field(default_factory=dict)
    blocks: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = ()
    deciding: Deciding = Deciding()

    @field_validator("columns")
    @classmethod
    def _as_known(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        return {name: as_key(key) for name, key in columns.items()}

    @field_validator("extra")
    @classmethod
    def _each_once(cls, extra: Mapping[str, Kind]) -> Mapping[str, Kind]:
        known = {as_key(name): kind for name, kind in extra.items()}
        if len(known) < len(extra):
            raise ValueError(f"a column is named twice: {', '.join(extra)}")
        return known

    @field_validator("blocks")
    @classmethod
    def _no_column_twice(cls, blocks: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        known = tuple(tuple(map(as_key, block)) for block in blocks)
        for block in known:
            if len(set(block)) < len(block):
                raise ValueError(f"a block names a column twice: {', '.join(block)}")
        return known

    @property
    def own_evidence(self) -> bool:
        """Whether weights come from the file, and not from the model alone."""
        return bool(self.extra) or self.deciding.learned


def read(path: Path) -> Settings:
    """The settings in a TOML file.

    Raises:
        SettingsNotUsable: the file is no TOML, or says what no settings file says.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise SettingsNotUsable(f"{path.name}: this is no TOML file: {fault}.") from fault
    try:
        return Settings.model_validate(told)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ", ".join(str(part) for part in first["loc"])
        raise SettingsNotUsable(
            f"{path.name}: {place}: {_mend(first['type'], first['msg'])} Its parts are [columns], [extra], [deciding] and blocks; "
            "docs/matching.md shows them."
        ) from fault


def _mend(kind: str, said: str) -> str:
    return (
        "there is no such setting." if kind == "extra_forbidden" else f"{said.removeprefix('Value error, ')}."
    )
