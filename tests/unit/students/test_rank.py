"""The ranker: which child answers best, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest

from openmsix.matching.prepare import prepare
from openmsix.matching.scorer import Record
from openmsix.students.near_dates import likely_dates, near_dates
from openmsix.students.question import read
from openmsix.students.rank import Rank, Row, Typed, rank_all
from openmsix.students.rank_reasons import Reason, Why
from openmsix.students.vocabulary import How, Words
from openmsix.students.words import name_words

TODAY = date(2026, 11, 23)
BORN = date(2014, 3, 12)
PARENTS = Words(["rosa"])
OTHERS = [
    "guadalupe",
    "hernandez",
    "garcia",
    "maria",
    "mariaelena",
    "elena",
    "velasquez",
    "ana",
    "cruz",
    "delacruz",
]


@dataclass(frozen=True)
class Said:
    """What a State says: surnames divided by a slash, mother's names in one."""

    given: str
    surnames: str
    born: date | None = BORN
    state: str = "TX"
    ids: tuple[str, ...] = ()
    mother: str = ""

    def row(self, number: int) -> Row:
        surnames = [word for name in self.surnames.split("/") for word in name_words(name)]
        return Row(
            number, self.state, self.ids, self.born, name_words(self.given), surnames, name_words(self.mother)
        )

    def prepared(self, number: int) -> Record:
        last_1, _, last_2 = self.surnames.partition("/")
        said = {
            "first_name": self.given,
            "last_name_1": last_1,
            "last_name_2": last_2,
            "birth_date": self.born,
        }
        return prepare(pl.DataFrame([{"record_id": number, **said}])).row(0, named=True)


CHILD = Said("Guadalupe", "Hernández/García", ids=("123456",), mother="Rosa Hernandez")


def ranked_all(
    text: str, children: Mapping[str, tuple[Said, ...]], *, own_state: str = ""
) -> dict[str, Rank]:
    """How each child answers."""
    records: dict[int, Record] = {}
    said: dict[str, list[Row]] = {}
    for child, all_said in children.items():
        for one in all_said:
            number = len(records)
            records[number] = one.prepared(number)
            said.setdefault(child, []).append(one.row(number))
    own = {word for rows in said.values() for row in rows for word in (*row.given, *row.surnames)}
    words = Words(sorted({*OTHERS, *own}))
    question = read(text, today=TODAY, states=frozenset({"TX", "OH"}))
    typed = [
        Typed(name, words.meanings(name, fuzzy=True), PARENTS.meanings(name, fuzzy=True))
        for name in question.names
    ]
    return rank_all(
        question, typed, said, lambda ids: {number: records[number] for number in ids}, own_state=own_state
    )


def ranked(text: str, *said: Said) -> Rank | None:
    """How one child answers of whom these are said."""
    return ranked_all(text, {"child": said or (CHILD,)}).get("child")


def in_order(text: str, *children: Said) -> list[str]:
    """Given names and surnames of those who answer, best first."""
    named = {f"{one.given} {one.surnames}": (one,) for one in children}
    found = ranked_all(text, named)
    return sorted(found, key=lambda name: found[name].standing, reverse=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Guadalupe Hernández", {Why.NAME}),
        ("Lupe Hernandez", {Why.NICKNAME, Why.NAME}),
        ("Guadalupe Ernandes", {Why.NAME, Why.SOUND}),
        ("Guad Hern", {Why.BEGINNING}),
        ("Guadalupe Hetnandez", {Why.NAME, Why.LETTER}),
        ("Garcia Hernandez", {Why.NAME, Why.SURNAMES_SWAPPED}),
        ("Guadalupe Rosa", {Why.NAME, Why.PARENT}),
        ("Guadalupe 12 Mar 2014", {Why.NAME, Why.BORN}),
        ("Guadalupe 2014-12-03", {Why.NAME, Why.DAY_AND_MONTH}),
        ("Guadalupe 13 Mar 2014", {Why.NAME, Why.DIGIT}),
        ("Guadalupe 12 Mar 2011", {Why.NAME, Why.DIGIT}),
        ("Guadalupe 28 Mar 2014", {Why.NAME, Why.MONTH}),
        ("Guadalupe 12 Mar 2008", {Why.NAME, Why.OTHER_YEAR}),
        ("Guadalupe 12 Mar 1998", {Why.NAME, Why.OTHER_YEAR}),
        ("Guadalupe 2014", {Why.NAME, Why.YEAR}),
        ("Guadalupe March 2014", {Why.NAME, Why.MONTH}),
        ("TX 123456", {Why.STATE_ID}),
        ("123456", {Why.STATE_ID}),
    ],
)
def test_a_child_is_found_and_the_reason_said(text: str, why: set[Why]) -> None:
    found = ranked(text)
    assert found is not None
    assert {reason.why for reason in found.reasons} == why


@pytest.mark.parametrize(
    "text", ["OH 123456", "Ana Hernandez", "Ana", "Ana Maria Hernandez", "1 Jan 2009", "Ana 12 Mar 2014"]
)
def test_who_does_not_answer_is_not_found(text: str) -> None:
    assert ranked(text) is None


def test_with_the_birth_date_one_name_is_enough() -> None:
    assert ranked("Ana Hernandez 12 Mar 2014") is not None


def test_of_three_names_one_may_be_wrong() -> None:
    assert ranked("Guadalupe Ana Hernandez") is not None


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Guadalupe Hernandez", "Lupe Hernandez"),
        ("Lupe Hernandez", "Guad Hernandez"),
        ("Guad Hernandez", "Guadalupe Hetnandez"),
        ("Guadalupe Hernandez Garcia", "Guadalupe Hernandez"),
        ("Guadalupe Hernandez", "Guadalupe Rosa"),
        ("Guadalupe 12 Mar 2014", "Guadalupe 2014-12-03"),
        ("Guadalupe 2014-12-03", "Guadalupe 13 Mar 2014"),
        ("Guadalupe 13 Mar 2014", "Guadalupe 28 Mar 2014"),
        ("TX 123456", "Guadalupe Hernandez Garcia 12 Mar 2014"),
    ],
)
def test_the_closer_answer_stands_first(better: str, worse: str) -> None:
    best, second = ranked(better), ranked(worse)
    assert best is not None
    assert second is not None
    assert best.score > second.score


@pytest.mark.parametrize("text", ["maria garcia", "Garcia Maria", "MARÍA GARCÍA"])
def test_given_name_and_first_surname_stand_before_the_second_surname_and_before_parents(text: str) -> None:
    exact, two, second = Said("María", "García"), Said("María", "García/Díaz"), Said("María", "Díaz/García")
    by_parent = Said("Ana", "García", mother="Maria")
    sound = Said("María", "Garsia")
    order = in_order(text, second, by_parent, sound, two, exact)
    assert order[:2] == ["María García", "María García/Díaz"]
    assert set(order[2:4]) == {"María Díaz/García", "María Garsia"}


def test_a_child_of_the_name_stands_before_one_whose_mother_has_it() -> None:
    rosa, daughter = Said("Rosa", "Hernández"), Said("Ana", "Hernández", mother="Rosa")
    assert in_order("Rosa Hernandez", daughter, rosa) == ["Rosa Hernández", "Ana Hernández"]
    assert in_order("Rosa", Said("Rosa", "Zárate"), daughter) == ["Rosa Zárate", "Ana Hernández"]


def test_a_mothers_name_stands_last_unless_the_birth_year_speaks_for_it() -> None:
    daughter = Said("Ana", "Hernández", date(2014, 5, 1), mother="Rosa")
    rosa = Said("Rosa", "Hernández", date(2011, 5, 1))
    assert in_order("Rosa Hernandez 2011", daughter, rosa)[0] == "Rosa Hernández"
    assert in_order("Rosa Hernandez 2014", daughter, rosa)[0] == "Ana Hernández"


def test_a_name_as_typed_stands_before_another_name_that_is_nearly_so() -> None:
    order = in_order("maria", Said("Nicole", "Marín"), Said("María", "Juan"), Said("Mariana", "Cruz"))
    assert order[0] == "María Juan"


def test_who_has_no_further_given_name_stands_first() -> None:
    order = in_order("maria garcia", Said("María Brenda", "García/Soriano"), Said("María", "García/Soriano"))
    assert order[0] == "María García/Soriano"


def test_a_name_is_worth_what_linking_gives_it() -> None:
    rare = ranked("Xochitl", Said("Xóchitl", "García"))
    common = ranked("Maria", Said("María", "García"))
    assert rare is not None
    assert common is not None
    assert rare.score > common.score


def test_a_lone_word_that_is_mostly_a_given_name_finds_those_first_who_are_given_it() -> None:
    given = [Said("José", f"{surname}/Cruz") for surname in ("García", "Hernández", "Velásquez", "Luna")]
    order = in_order("jose", Said("Pedro", "Basilio/José"), Said("Rudy", "José"), *given)
    assert {name.split()[0] for name in order[:4]} == {"José"}


def test_a_lone_word_that_is_mostly_a_surname_finds_those_first_who_bear_it() -> None:
    bearers = [Said(given, "García") for given in ("Ana", "Eva", "Luz", "Iris")]
    assert in_order("garcia", Said("García", "Luna"), *bearers)[-1] == "García Luna"


@pytest.mark.parametrize(
    ("text", "first", "other"),
    [
        ("Jesus Garcia", Said("Jesús", "García"), Said("Jesús García", "Méndez")),
        ("maria delacruz", Said("María", "de la Cruz"), Said("María", "de la Cruz/Luna")),
        ("mendezgarcia jesus", Said("Jesús", "Méndez/García"), Said("Jesús", "García")),
        (
            "Maria Guadalupe Lopez",
            Said("María Guadalupe", "López/Luna"),
            Said("María", "López", mother="Rosa"),
        ),
        ("Ana Rosa Velasquez", Said("Ana Rosa", "Velásquez/Cruz"), Said("Ana", "Velásquez", mother="Rosa")),
        ("Ana Garcia", Said("Ana", "García/Cruz"), Said("Ana", "Garsia")),
    ],
)
def test_who_is_called_just_what_was_typed_stands_first(text: str, first: Said, other: Said) -> None:
    assert in_order(text, other, first)[0] == f"{first.given} {first.surnames}"


def test_who_lacks_one_word_stands_before_who_has_two_only_in_doubt() -> None:
    in_doubt = Said("Guadalupe Mariana", "Salinas", mother="Rosa")
    assert in_order("Maria Guadalupe Rosa", in_doubt, Said("María", "Rosa/Luna"))[0] == "María Rosa/Luna"


def test_two_surnames_typed_as_one_are_said_to_be_both() -> None:
    found = ranked("hernandezgarcia guadalupe")
    assert found is not None
    assert Reason(Why.JOINED, "hernandezgarcia", "hernandez garcia") in found.reasons


def test_a_birth_date_weighs_against_a_name_as_typed() -> None:
    rosa, mariana = Said("Maria", "García", date(2009, 8, 1)), Said("Mariana", "García")
    assert in_order("Maria Garcia 12 Mar 2014", rosa, mariana)[0] == "Mariana García"


def test_names_typed_as_a_state_writes_them_are_not_swapped_though_another_has_them_so() -> None:
    ohio = Said("Carlos Gómez", "García", state="OH")
    found = ranked("Carlos Gomez Garcia", Said("Carlos", "García/Gómez"), ohio)
    assert found is not None
    assert Why.SURNAMES_SWAPPED not in {reason.why for reason in found.reasons}


def test_an_identifier_alone_finds_the_own_states_child_first() -> None:
    children = {
        "texan": (Said("Ana", "Cruz", ids=("7102",)),),
        "ohioan": (Said("Eva", "Luna", ids=("7102",), state="OH"),),
    }
    for own, expected in (("TX", "texan"), ("OH", "ohioan")):
        found = ranked_all("7102", children, own_state=own)
        assert max(found, key=lambda child: found[child].score) == expected


def test_words_of_two_state_records_answer_together() -> None:
    texas = Said("Ana", "Cruz")
    ohio = Said("Guadalupe", "Garcia", state="OH")
    assert ranked("Ana Garcia", texas, ohio) is not None


def test_surnames_are_not_swapped_if_one_state_has_them_so() -> None:
    ohio = Said("Guadalupe", "García/Hernández", state="OH")
    found = ranked("Garcia Hernandez", CHILD, ohio)
    assert found is not None
    assert Why.SURNAMES_SWAPPED not in {reason.why for reason in found.reasons}


def test_a_word_written_together_means_its_parts() -> None:
    words = Words(["elena", "maria"])
    assert words.meanings("mariaelena", fuzzy=False) == {"maria": How.JOINED, "elena": How.JOINED}


def test_likely_dates_hold_the_typed_and_the_swapped() -> None:
    assert likely_dates(read("2014-03-12", today=TODAY, states=frozenset())) == [BORN, date(2014, 12, 3)]
    assert likely_dates(read("25 Dec 2014", today=TODAY, states=frozenset())) == [date(2014, 12, 25)]


def test_near_dates_hold_the_slips() -> None:
    days = near_dates(read("3/12/2014", today=TODAY, states=frozenset()))
    assert {date(2014, 3, 13), date(2014, 3, 21), date(2013, 3, 12), date(2014, 8, 12)} <= set(days)
    assert not {BORN, date(2014, 12, 3)} & set(days)
    assert date(2014, 7, 28) not in days
