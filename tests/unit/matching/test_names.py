import pytest
from hypothesis import given
from hypothesis import strategies as st

from openmsix.matching.names import (
    fold,
    full_names,
    given_tokens,
    may_stand_for,
    nickname,
    nicknames,
    phonetic,
    same_nicknames,
    slips_of,
    tokens,
    tokens_with_heads,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("José  LÓPEZ-Peña", "jose lopez pena"),
        ("K'iche'", "kiche"),
        ("O’Brien", "obrien"),
        ("María Elena ", "maria elena"),
        ("Łukasz Strauß", "lukasz strauss"),
        ("Ana 2", "ana"),
        ("", ""),
    ],
)
def test_a_name_folds_to_plain_lower_case_words(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_gives_plain_letters_and_folding_again_changes_nothing(text: str) -> None:
    folded = fold(text)
    assert folded.replace(" ", "").isascii()
    assert fold(folded) == folded


def test_names_in_other_scripts_stay_different_names() -> None:
    assert len({fold(name) for name in ("ကညီ", "Мария", "Елена", "مريم")}) == 4


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("de la Cruz Ortiz", ["delacruz", "ortiz"]),
        ("García y López", ["garcia", "lopez"]),
        ("San Juan", ["sanjuan"]),
        ("Cruz de", ["cruz", "de"]),
        ("Velasco-Ríos", ["velasco", "rios"]),
        ("NLN", []),
        ("unknown", []),
    ],
)
def test_particles_join_the_word_they_lead(name: str, split: list[str]) -> None:
    assert tokens(name) == split


def test_the_head_of_a_token_is_its_word_without_particles() -> None:
    assert tokens_with_heads("de la Cruz Ortiz") == [("delacruz", "cruz"), ("ortiz", "ortiz")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("velazquez", "belasques"),
        ("hernandez", "ernandes"),
        ("jimenez", "gimenez"),
        ("ximena", "jimena"),
        ("yesenia", "llesenia"),
        ("quiroz", "kiros"),
        ("cecilia", "sesilia"),
        ("anna", "ana"),
        ("chavez", "chabes"),
    ],
)
def test_what_sounds_alike_in_spanish_has_one_key(one: str, other: str) -> None:
    assert phonetic(one) == phonetic(other)


@pytest.mark.parametrize(
    ("one", "other"), [("cruz", "ruiz"), ("gomez", "jomez"), ("chan", "can"), ("guerra", "jerra")]
)
def test_what_sounds_different_has_different_keys(one: str, other: str) -> None:
    assert phonetic(one) != phonetic(other)


def test_a_nickname_is_the_name_it_stands_for() -> None:
    assert nickname("lupe") == nickname("lupita") == nickname("guadalupe") == "guadalupe"
    assert nickname("citlali") == "citlali"


def test_ambiguous_nicknames_are_left_out() -> None:
    assert not {"beto", "tony", "alex", "mari", "chano", "quino", "nando"} & set(nicknames())


def test_every_name_that_a_nickname_stands_for_is_a_full_name() -> None:
    assert not set(nicknames().values()) & set(nicknames())


def test_all_forms_of_a_name_are_found_from_any_of_them() -> None:
    assert same_nicknames("chuy") == same_nicknames("jesus") >= {"jesus", "chuy", "chucho"}
    assert same_nicknames("citlali") == {"citlali"}


def test_of_several_spellings_of_one_name_one_is_listed_as_a_full_name() -> None:
    listed = {name for name in full_names() if nickname(name) == name and not may_stand_for(name)}
    by_sound: dict[str, set[str]] = {}
    for name in listed:
        by_sound.setdefault(phonetic(name), set()).add(name)
    told = {" ".join(sorted(names)) for names in by_sound.values() if len(names) > 1}
    assert told == {"marisa maritza", "rene renee", "said zaid", "sara zara"}


@pytest.mark.parametrize(
    ("name", "first", "words"),
    [
        ("Maria1", True, ["maria", "first"]),
        ("Danie1", True, ["danie"]),
        ("5", True, []),
        ("5", False, ["fifth"]),
        ("(2)", False, ["second"]),
        ("Twin B", True, []),
        ("Twin B", False, ["b"]),
        ("Gemelo 2", False, ["second"]),
        ("Baby", False, []),
    ],
)
def test_what_tells_one_twin_from_the_other_is_a_word_of_the_middle_name(
    name: str, first: bool, words: list[str]
) -> None:
    assert given_tokens(name, first=first) == words


@pytest.mark.parametrize(
    ("token", "meant"),
    [
        ("marinaa", {"marina", "mariana"}),
        ("valeia", {"valeria"}),
        ("mraia", {"maria"}),
        ("maria", set()),
        ("lupita", set()),
        ("beto", set()),
        ("xochiquetzal", set()),
        ("lupitaa", {"guadalupe"}),
    ],
)
def test_a_slip_of_the_pen_may_be_meant_for_the_full_names_one_letter_away(
    token: str, meant: set[str]
) -> None:
    assert slips_of(token) == meant


@given(st.sampled_from(sorted(full_names())), st.data())
def test_one_letter_more_less_other_or_turned_leads_back_to_the_name(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("aehinrz"))
    turned = name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
    for slip in (
        name[:at] + letter + name[at:],
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at + 1 :],
        turned,
    ):
        known = slip in full_names() or nickname(slip) != slip or bool(may_stand_for(slip))
        assert known or name in slips_of(slip)


def test_no_nickname_stands_for_two_names_that_are_not_one_in_two_languages() -> None:
    for short, full in nicknames().items():
        for other in may_stand_for(short):
            assert other in may_stand_for(full) or full in may_stand_for(other), (short, full, other)
