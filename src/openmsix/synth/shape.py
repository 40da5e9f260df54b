"""The shape of the nation as tables: peoples, streams, seasons. Rough figures, for made-up data only.

Sources: the project's notes on the shape of the population, themselves recalled and rough. Nothing here is a fact about a State.
"""

from dataclasses import dataclass

YEARS_SEEN = 5  # how far back the families' stays reach
ELIGIBLE_DAYS = 3 * 365 - 40  # every child still eligible has a qualifying move within so many days
STILL_ELIGIBLE = 0.94
SHARE_ALONE = 0.08  # youth who move without parents
FAMILY_SIZES = {2: 0.34, 3: 0.32, 4: 0.22, 5: 0.12}
SHARE_TWINS = 0.025
HOUSEHOLDS = {"one couple": 0.78, "half siblings": 0.13, "cousins": 0.09}
SHARE_FATHER_UNKNOWN = 0.2
SHARE_MOTHER_UNKNOWN = 0.04
SHARE_ENGLISH_LEARNERS = 0.46
SHARE_PRIORITY = 0.28
SHARE_DISABILITY = 0.08
SHARE_DROPPED_OUT = 0.09  # of youth of 16 and older who live in families


@dataclass(frozen=True)
class People:
    """How one people names its children.

    `given` and `surnames` name lists; `two_surnames` is the share with a second one; `own_surname`: not shared in the family;
    `patronymic`: the middle name is the father's name. `countries`: where families come from, if not from the United States.
    """

    key: str
    given: str
    surnames: str
    two_surnames: float
    middle: float
    countries: tuple[str, ...] = ()
    years_here: float = 9.0
    own_surname: bool = False
    patronymic: bool = False
    english_learners: float = 1.0


PEOPLES = (
    People("hispanic", "hispanic", "hispanic", 0.97, 0.42, ("MEX", "MEX", "MEX", "HND", "SLV"), 17),
    People("mixtec", "hispanic", "mixtec", 0.93, 0.3, ("MEX",), 13, english_learners=1.3),
    People("zapotec", "hispanic", "zapotec", 0.93, 0.3, ("MEX",), 13, english_learners=1.3),
    People("mam", "maya", "mam", 0.85, 0.45, ("GTM",), 7, english_learners=1.5),
    People("kiche", "maya", "kiche", 0.88, 0.45, ("GTM",), 7, english_learners=1.5),
    People("qanjobal", "maya", "qanjobal", 0.75, 0.5, ("GTM",), 8, english_learners=1.5),
    People("haitian", "haitian", "haitian", 0.0, 0.35, ("HTI",), 9, english_learners=1.2),
    People("somali", "somali", "somali", 0.0, 1.0, ("SOM", "KEN"), 9, patronymic=True, english_learners=1.3),
    People("karen", "karen", "karen", 0.0, 0.0, ("THA", "MMR"), 10, own_surname=True, english_learners=1.4),
    People("marshallese", "marshallese", "marshallese", 0.0, 0.2, ("MHL",), 10, english_learners=1.1),
    People("alaska_native", "alaska_native", "alaska_native", 0.0, 0.6, english_learners=0.5),
    People("anglo", "anglo", "anglo", 0.02, 0.72, english_learners=0.02),
)
PEOPLE_KEYS = tuple(people.key for people in PEOPLES)

EVERYWHERE = {
    "hispanic": 78.0, "mixtec": 4.5, "zapotec": 2.5, "mam": 2.5, "kiche": 2.0, "qanjobal": 2.0, "haitian": 0.4, "somali": 0.5,
    "karen": 0.5, "marshallese": 0.4, "alaska_native": 0.0, "anglo": 4.0,
}  # fmt: skip
# What one State has instead of the share above.
IN_STATE: dict[str, dict[str, float]] = {
    "AK": {"alaska_native": 230.0, "anglo": 110.0, "hispanic": 40.0, "mixtec": 0.5, "marshallese": 4.0},
    "CA": {"mixtec": 9.0, "zapotec": 4.5, "anglo": 1.0},
    "OR": {"mixtec": 7.0, "zapotec": 4.0, "marshallese": 1.0},
    "WA": {"mixtec": 6.0, "zapotec": 3.0, "marshallese": 1.5},
    "FL": {"haitian": 12.0, "qanjobal": 4.0, "mam": 4.0},
    "GA": {"mam": 5.0, "qanjobal": 3.0},
    "NE": {"somali": 5.0, "karen": 4.0, "kiche": 5.0},
    "IA": {"karen": 4.0, "marshallese": 4.0, "kiche": 4.0},
    "KS": {"somali": 5.0, "kiche": 3.0},
    "MN": {"somali": 9.0, "karen": 6.0},
    "ND": {"somali": 6.0},
    "ME": {"somali": 5.0, "haitian": 6.0, "anglo": 25.0},
    "AR": {"marshallese": 12.0},
    "HI": {"marshallese": 60.0},
    "AL": {"qanjobal": 9.0, "mam": 5.0},
    "TN": {"qanjobal": 4.0},
    "PA": {"anglo": 9.0, "haitian": 2.0},
    "KY": {"anglo": 30.0, "qanjobal": 3.0},
    "VT": {"anglo": 60.0},
    "NY": {"anglo": 14.0, "kiche": 4.0},
    "DE": {"haitian": 9.0},
    "MT": {"anglo": 12.0},
    "OK": {"anglo": 12.0},
    "SD": {"karen": 12.0, "kiche": 5.0},
}

# Where the families of a State go for the season, with weights; States that do not take part fall away.
STREAMS: dict[str, dict[str, float]] = {
    "TX": {
        "MI": 8, "OH": 3, "IN": 3, "IL": 4, "WI": 3, "MN": 6, "ND": 5, "NE": 5, "KS": 4, "CO": 4, "WA": 5, "OR": 2, "CA": 3,
        "FL": 3, "GA": 2, "IA": 2, "LA": 2, "AR": 2, "NM": 3, "OK": 2, "ID": 2, "MT": 1, "MS": 1, "MO": 1,
    },
    "FL": {
        "GA": 9, "SC": 5, "NC": 7, "VA": 4, "PA": 3, "NJ": 4, "NY": 4, "ME": 2, "MI": 6, "AL": 3, "TN": 2, "DE": 1, "MD": 2,
        "KY": 1, "TX": 2, "OH": 2, "IN": 1, "LA": 1, "MS": 1, "NH": 0.5, "VT": 0.5, "MA": 1,
    },
    "CA": {"OR": 8, "WA": 9, "AZ": 6, "ID": 3, "TX": 2, "NV": 1, "UT": 1, "MT": 1},
    "AZ": {"CA": 6, "WA": 2, "OR": 1, "ID": 1, "CO": 2, "UT": 1, "NM": 1, "TX": 1},
    "WA": {"OR": 5, "CA": 6, "ID": 4, "AK": 1, "TX": 1, "MT": 1},
    "OR": {"WA": 6, "CA": 5, "ID": 4},
    "ID": {"WA": 3, "OR": 4, "UT": 2, "NV": 1, "TX": 1, "MT": 1, "CA": 1},
    "AK": {"WA": 1},
    "GA": {"FL": 6, "NC": 3, "SC": 2, "TX": 1, "MI": 2, "AL": 1, "TN": 1},
    "MI": {"TX": 4, "FL": 4, "OH": 1, "IN": 1, "GA": 1},
}  # fmt: skip
ELSEWHERE = {
    "TX": 4.0,
    "FL": 3.0,
    "CA": 1.5,
    "GA": 1.0,
    "NC": 1.0,
    "WA": 0.5,
    "NE": 0.5,
}  # for States without a row above


@dataclass(frozen=True)
class Pattern:
    """How a family moves: share of families, and the chance of leaving in spring and in autumn."""

    key: str
    share: float
    spring: float
    autumn: float
    crosses: float  # of the moves away from home, how many cross a State line


PATTERNS = (
    Pattern("stream", 0.34, 0.72, 0.25, 0.97),
    Pattern("within the State", 0.40, 0.50, 0.34, 0.05),
    Pattern("settled", 0.26, 0.10, 0.12, 0.25),
)
RETURNS_HOME = 0.82  # in the next season, of those who are away
QUALIFYING = 0.84  # of moves after the first; the others are for reasons the law does not count
LEFT_THE_COUNTRY = 0.03  # families whose last stay ended without a next one

FULL_YEAR_STATES = frozenset(
    {"GA", "FL", "AL", "SC", "TN", "NY", "PA", "NJ", "MI", "KY", "LA", "MS", "AR", "MA"}
)  # others: semesters
PERCENT_STATES = frozenset({"TX", "FL", "GA", "NC", "NY", "LA", "SC", "AL", "KY"})  # others give letters
