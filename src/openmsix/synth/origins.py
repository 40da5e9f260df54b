"""Where children were born and how their parents are reached."""

import numpy as np
import polars as pl

from . import lists, shape
from .chance import Chance, Flags, Generator, Numbers, between, happens, pick

BORN_IN_HOME_STATE = 0.72
SHARE_WITH_PHONE, SHARE_WITH_SECOND_PHONE, SHARE_WITH_EMAIL = 0.86, 0.35, 0.34
MAIL_HOSTS = ("example.com", "example.org", "example.net")
# Birth certificate, parent's affidavit, passport, school records, hospital certificate.
VERIFICATION = {"1004": 0.78, "1007": 0.09, "1008": 0.05, "1010": 0.05, "1006": 0.03}


def add_origins(
    chance: Chance, families: pl.DataFrame, children: pl.DataFrame, states: list[str]
) -> pl.DataFrame:
    """The children with birthplace, its evidence, telephones and e-mail addresses."""
    family = children["family"].to_numpy().astype(np.int64)
    rng = chance.of("births")
    count = len(family)
    home = families["home"].to_numpy()[family].astype(np.int64)
    abroad = _born_abroad(families, children, family)
    town, state = _towns(rng, states, home)
    foreign = _foreign(rng, children["people"].to_numpy().astype(np.int64), abroad)
    return children.with_columns(
        birth_city=pl.select(
            pl.when(pl.lit(pl.Series(abroad))).then(pl.lit(foreign["city"])).otherwise(pl.lit(town))
        ).to_series(),
        birth_state=state.set(pl.Series(abroad), None),
        birth_country=foreign["country"].set(~pl.Series(abroad), "USA"),
        birth_date_verification=pl.Series(list(VERIFICATION)).gather(
            pick(rng, list(VERIFICATION.values()), count)
        ),
        **_reached(chance.of("contacts of families"), families, children, family, states),
    )


def _born_abroad(families: pl.DataFrame, children: pl.DataFrame, family: Numbers) -> Flags:
    """Whether the family came to this country after the child's birth."""
    born = children["birth_date"].to_physical().to_numpy()
    from_abroad = np.array([bool(people.countries) for people in shape.PEOPLES])[
        children["people"].to_numpy()
    ]
    came = born.max() - families["years_here"].to_numpy()[family] * 365.25
    abroad: Flags = from_abroad & (born < came)
    return abroad


def _towns(rng: Generator, states: list[str], home: Numbers) -> tuple[pl.Series, pl.Series]:
    """Birth town and State of children born in the United States: mostly in the home State."""
    towns = lists.towns()
    every = towns["state"].to_list()
    first = np.array([every.index(state) for state in states])
    how_many = np.array([every.count(state) for state in states])
    at_home = first[home] + between(rng, 0, how_many[home] - 1)
    chosen = np.where(
        happens(rng, BORN_IN_HOME_STATE, len(home)), at_home, between(rng, 0, len(every) - 1, len(home))
    )
    return towns["town"].gather(chosen), towns["state"].gather(chosen)


def _foreign(rng: Generator, people: Numbers, abroad: Flags) -> pl.DataFrame:
    """A town outside for each row whose people come from outside; the first of the list elsewhere."""
    outside = lists.outside()
    chosen = np.zeros(len(people), dtype=np.int64)
    for position, these in enumerate(shape.PEOPLES):
        rows = np.flatnonzero((people == position) & abroad)
        weights = [
            row["weight"] * these.countries.count(row["country"]) for row in outside.iter_rows(named=True)
        ]
        if len(rows):
            chosen[rows] = pick(rng, weights, len(rows))
    return outside[chosen]


def places_outside(rng: Generator, families: pl.DataFrame) -> pl.DataFrame:
    """For each family the town outside from which it came (city, country)."""
    people = families["people"].to_numpy().astype(np.int64)
    from_abroad = np.array([bool(these.countries) for these in shape.PEOPLES])[people]
    return _foreign(rng, people, from_abroad).select("city", "country")


def _reached(
    rng: Generator, families: pl.DataFrame, children: pl.DataFrame, family: Numbers, states: list[str]
) -> dict[str, pl.Series]:
    count = families.height
    codes = dict(lists.states().select("state", "area_code").iter_rows())
    area = pl.Series([codes[state] for state in states]).gather(families["home"].to_numpy())
    alone = families["alone"].to_numpy()

    def phone(share: float) -> pl.Series:
        number = area + "555" + pl.Series(between(rng, 0, 9999, count)).cast(pl.String).str.zfill(4)
        return number.set(~pl.Series(happens(rng, share, count) & ~alone), None)

    first, second = phone(SHARE_WITH_PHONE), phone(SHARE_WITH_SECOND_PHONE)
    has_mail = pl.Series(happens(rng, SHARE_WITH_EMAIL, count) & ~alone)
    number = pl.Series(between(rng, 10, 99, count)).cast(pl.String)
    host = pl.Series(MAIL_HOSTS).gather(between(rng, 0, len(MAIL_HOSTS) - 1, count))
    mother = children.group_by("family", maintain_order=True).first()["female_parent_first_name"]
    word = mother.str.normalize("NFD").str.replace_all("[^A-Za-z]", "").str.to_lowercase()
    mail = (word + number + families["family"].cast(pl.String) + "@" + host).set(~has_mail, None)
    return {
        "parent_1_phone": first.gather(family),
        "parent_2_phone": second.gather(family),
        "parent_1_email": mail.gather(family),
        "parent_2_email": pl.Series([None], dtype=pl.String).new_from_index(0, len(family)),
    }
