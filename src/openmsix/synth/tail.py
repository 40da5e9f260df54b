"""The long tail of names: where the lists end, real populations go on.

A list of some hundred names is enough for a demo; among a million children it would make strangers of one name and birthday far too common. So a share of
the families gets a surname, and a share of the children a given name, put together from syllables: some tens of thousands of each, each of them rare.
"""

import numpy as np
import polars as pl

from . import shape
from .chance import Chance, Flags, Floats, Generator, between, happens

RARE_SURNAMES, RARE_GIVEN = 0.15, 0.12
RARE_IN_SHORT_LISTS = 0.6
"""Of families, and of children. The lists of the smaller peoples have twenty to ninety names."""
LONG_LISTS = ("hispanic", "mixtec", "zapotec")

_SURNAME = (
    "Al Ar Bar Bel Cal Can Car Cas Cor Cur Dal Es Fal Fer Gal Gar Gor Gui Her Jar Lan Lar Lez Lo Mal Man Mar Mon Nar Ner Oli Or Pal Par Per Pin Qui Ra "
    "Ren Ro Sal San Sar Sil Ta Te Tor Tru Ur Val Var Vel Vi Zal Zar Zu",
    "a e i o u ar en ol in ur al er",
    "ba bre cha da do ga gue la le lla ma mo na ño nte ra rra rre sa so ta te ti va za zo",
    "l no ro da lla s n z ga ri nes ndo nda rte",
)
_GIVEN = {
    "F": ("A Be Da De E I Ja Ka Ke La Le Lu Ma Me Mi Na Ne Noe O Pa Ra Re Ri Ro Sa Sha So Su Ta Ya Ye Yo Yu Za Zu", "bri da de la li lia ma mi na ni ra ri sha si ta ti ya ze", "a lin na ra lis th sa neth li tza ris"),
    "M": ("A Al Be Bra Da De E El Er Fa Ga Ge Ha I Ja Jo Ke Le Li Ma Mi Na Ne O Ra Re Ri Ro Sa Se To U Va Wi Ya Yo", "bi da de la le li ma mi na ni ra ri si ta ti va xa", "n r el son ndo o er an iel ton s"),
}  # fmt: skip


def lengthen(chance: Chance, children: pl.DataFrame) -> pl.DataFrame:
    """The children with names of the long tail: surnames shared by a family and its parents, given names each child's own."""
    couple = children["family"].to_numpy().astype(np.int64) * 2 + children["couple"].to_numpy()
    short = ~pl.Series(shape.PEOPLE_KEYS).gather(children["people"].to_numpy()).is_in(LONG_LISTS).to_numpy()
    for surname, parent in (
        ("last_name_1", "male_parent_last_name"),
        ("last_name_2", "female_parent_last_name"),
    ):
        children = _with_surname(chance, children, couple, short, surname, parent)
    rng = chance.of("rare given names")
    rare = happens(rng, _share(RARE_GIVEN, short), children.height)
    female = (children["sex"] == "F").to_numpy()
    new = np.where(female, _made(rng, _GIVEN["F"], children.height), _made(rng, _GIVEN["M"], children.height))
    return children.with_columns(
        pl.when(pl.lit(pl.Series(rare)))
        .then(pl.lit(pl.Series(new)))
        .otherwise("first_name")
        .alias("first_name")
    )


def _with_surname(
    chance: Chance, children: pl.DataFrame, couple: np.ndarray, short: Flags, surname: str, parent: str
) -> pl.DataFrame:
    rng = chance.of(f"rare {surname}")
    couples = int(couple.max()) + 1
    names = pl.Series(_made(rng, _SURNAME, couples)).gather(couple)
    drawn = rng.random(couples)[couple]
    rare = pl.Series(drawn < _share(RARE_SURNAMES, short)) & children[surname].is_not_null()
    last = pl.lit(names)
    of_parent = pl.concat_str([last, pl.col(parent).str.extract(" (.*)$")], separator=" ", ignore_nulls=True)
    return children.with_columns(
        pl.when(rare).then(last).otherwise(surname).alias(surname),
        pl.when(rare & pl.col(parent).is_not_null()).then(of_parent).otherwise(parent).alias(parent),
    )


def _share(usual: float, short: Flags) -> Floats:
    return np.where(short, RARE_IN_SHORT_LISTS, usual)


def _made(rng: Generator, syllables: tuple[str, ...], count: int) -> np.ndarray:
    parts = [np.array(each.split())[between(rng, 0, len(each.split()) - 1, count)] for each in syllables]
    made = parts[0].astype(object)
    for part in parts[1:]:
        made = made + part
    return made
