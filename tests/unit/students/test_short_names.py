"""What people type for a name."""

import pytest

from openmsix.matching.names import fold, nicknames, short_names, tokens
from openmsix.students.short_names import other_forms
from openmsix.students.vocabulary import How, Words


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Beto", "roberto alberto humberto gilberto heriberto rigoberto norberto"),
        ("Licha", "alicia"),
        ("Gabo", "gabriel"),
        ("Gaby", "gabriela gabriel"),
        ("Charlie", "carlos"),
        ("Charles", "carlos"),
        ("Joe", "jose joseph"),
        ("Jse", "jose"),
        ("J.", "jose"),
        ("Bob", "roberto robert"),
        ("Bobby", "roberto robert"),
        ("Tony", "antonio anthony antonia"),
        ("Ma.", "maria"),
        ("Ma", "maria"),
        ("Mª", "maria"),
        ("M.", "maria"),
        ("Mike", "miguel michael"),
        ("John", "juan"),
        ("Johnny", "juan"),
        ("Frank", "francisco"),
        ("Alex", "alejandro alejandra alexander alexis"),
        ("Mary", "maria"),
        ("Chelo", "consuelo graciela"),
        ("Neto", "ernesto"),
        ("Tavo", "gustavo octavio"),
        ("Nando", "fernando armando"),
        ("Chano", "feliciano sebastian"),
        ("Xun", "juan"),
        ("Petul", "pedro"),
        ("Roberto", "beto bob"),
    ],
)
def test_what_is_typed_stands_for_names(typed: str, names: str) -> None:
    (word,) = tokens(typed)
    assert other_forms(word) >= set(names.split())


def test_a_form_is_found_as_a_nickname_among_the_names_that_occur() -> None:
    words = Words(["alberto", "antonio", "roberto"])
    assert words.meanings("beto", fuzzy=False) == {"alberto": How.NICKNAME, "roberto": How.NICKNAME}
    assert words.meanings("tony", fuzzy=False) == {"antonio": How.NICKNAME}


def test_the_table_is_folded_and_says_nothing_of_a_name_that_linking_says() -> None:
    for form, names in short_names().items():
        assert fold(form) == form
        assert all(fold(name) == name for name in names)
        assert form not in names
        assert names != {nicknames().get(form)}, f"{form} stands in both tables"


def test_the_table_is_in_order_so_that_a_form_is_easily_found() -> None:
    assert list(short_names()) == sorted(short_names())


def test_linking_knows_none_of_the_forms_that_may_be_several_names() -> None:
    assert not {form for form, names in short_names().items() if len(names) > 3} & set(nicknames())
