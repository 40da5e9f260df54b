"""A registrar finds a child by whatever is known."""

from datetime import date

import pytest
from django.db import connection, transaction

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted
from openmsix.audit.models import Event
from openmsix.deadlines import clock
from openmsix.identity.digits import check_digit
from openmsix.identity.models import CandidatePair, MsixId
from openmsix.identity.words import PairStatus
from openmsix.students import statements
from openmsix.students.actions import rebuild
from openmsix.students.candidates import Filters
from openmsix.students.models import Vocabulary
from openmsix.students.rank_reasons import Why
from openmsix.students.search import IdTrouble, Results, search
from tests.children import enrolled, named, say, silence
from tests.people import hat

pytestmark = pytest.mark.django_db

LUPE, ANA, TWIN, COUSIN, CRUZ = "100000000001", "200000000002", "200000000003", "200000000004", "500000000005"
BORN = date(2014, 3, 12)


@pytest.fixture(autouse=True)
def nation() -> None:
    rosa = {"female_parent_first_name": "Rosa", "female_parent_last_name": "Muñoz"}
    ines = {"female_parent_first_name": "Inés", "female_parent_last_name": "Solís"}
    lincoln = [enrolled(date(2026, 8, 20), school_or_project_name="Lincoln Elementary School")]
    say(
        LUPE,
        "TX",
        "A-123",
        named("Guadalupe", "Hernández/García", BORN, **ines),
        enrollments=lincoln,
        rebuild=False,
    )
    say(LUPE, "OH", "900", named("Lupita", "Hernandez-Garcia", BORN), rebuild=False)
    say(ANA, "TX", "A-124", named("Ana", "Pérez/Muñoz", date(2012, 7, 5), **rosa), rebuild=False)
    say(TWIN, "TX", "A-125", named("Luz", "Pérez/Muñoz", date(2012, 7, 5), **rosa), rebuild=False)
    say(
        COUSIN,
        "TX",
        "A-126",
        named("Ana", "Pérez/Solís", date(2012, 7, 9), **ines, sex="Male"),
        rebuild=False,
    )
    say(CRUZ, "WA", "55", named("María Elena", "de la Cruz", date(2020, 1, 31)), rebuild=False)
    rebuild()


PRIMARY = "primary"


def found(text: str, filters: Filters = Filters(), *, by: Hat | None = None) -> list[str]:  # noqa: B008
    return [hit.child.pk for hit in asked(text, filters, by=by).hits]


def asked(text: str, filters: Filters = Filters(), *, by: Hat | None = None) -> Results:  # noqa: B008
    return search(text, filters, by=by or hat(PRIMARY))


@pytest.mark.parametrize(
    "text",
    [
        "Guadalupe Hernández García",
        "hernandez guadalupe",
        "Garcia Hernandez Guadalupe",
        "Guadalupe Hernandez-Garcia",
        "GUADALUPE HERNANDEZ",
        "Lupe Hernandez",
        "Lupe Ernandes",
        "Guadalupe Hernandes",
        "Guadalupe Henandez",
        "Guad Hern",
        "Lupe 12 Mar 2014",
        "Lupe 3/12/2014",
        "Lupe 12/03/2014",
        "Hernandez 2014-12-03",
        "Hernandez 2014-03-13",
        "Hernandez 2014",
        "Lupe Gonzalez 12 March 2014",
        "12 Mar 2014",
        "1000 0000 0001",
        "1000-0000-0001",
        "TX A-123",
        "tx a123",
        "OH 900",
        "A-123",
        "Hernandez Inés",
        "Inés Solís 2014",
    ],
)
def test_the_child_stands_first(text: str) -> None:
    assert found(text)[:1] == [LUPE]


@pytest.mark.parametrize("text", ["Elena Cruz", "mariaelena delacruz", "Maria Elena de la Cruz"])
def test_names_in_pieces_are_put_together(text: str) -> None:
    assert CRUZ in found(text)


@pytest.mark.parametrize("text", ["Xochitl Zamora", "OH A-123", "999999999999", "Guadalupe Pérez", ""])
def test_what_fits_nobody_finds_nobody(text: str) -> None:
    assert found(text) == []


def test_twins_and_cousins_are_told_apart() -> None:
    assert found("Ana Perez 5 July 2012")[0] == ANA
    results = asked("Perez 5 July 2012").hits
    by_id = {hit.child.pk: hit for hit in results}
    assert [(other.name, other.is_twin) for other in by_id[ANA].relatives] == [("Luz", True)]
    assert by_id[ANA].child.mother == "Rosa Muñoz"
    assert not any(other.name == "Ana" and other.is_twin for other in by_id[COUSIN].relatives)


def test_a_states_identifier_of_twelve_digits_finds_its_student() -> None:
    say("300000000009", "OR", "000052848351", named("Ramón", "Cruz", date(2013, 4, 1)))
    say("000052848351", "TX", "77", named("Eva", "Luna", date(2011, 4, 1)))
    assert found("OR 000052848351") == ["300000000009", "000052848351"]
    say("300000000010", "OR", "000052848352", named("Iris", "Cruz", date(2013, 4, 1)))
    assert found("000052848352") == ["300000000010"]


@pytest.mark.parametrize("text", ["CA 7102", "CA 0007102", "7102", "CA 0000007102"])
def test_a_states_identifier_is_found_without_its_zeros(text: str) -> None:
    say("300000000011", "CA", "0000007102", named("Ramón", "Cruz", date(2013, 4, 1)))
    assert found(text) == ["300000000011"]


def test_a_second_record_of_a_child_is_no_twin() -> None:
    mother = {"female_parent_first_name": "Eva", "female_parent_last_name": "Luna"}
    born = date(2013, 4, 1)
    say("300000000012", "CA", "1", named("Ramón", "Cruz", born, **mother))
    say("300000000013", "CA", "2", named("RAMON", "Cruz", born, **mother))
    say("300000000014", "CA", "3", named("Iris", "Cruz", born, **mother))
    by_id = {hit.child.pk: hit for hit in asked("Cruz 1 April 2013").hits}
    others = {other.name: other.may_be_same for other in by_id["300000000012"].relatives}
    assert others == {"RAMON": True, "Iris": False}


def test_who_is_asked_about_is_named_with_the_child_as_far_as_the_hat_reaches() -> None:
    one = say("300000000016", "CA", "1", named("Sofía", "García", BORN))
    two = say("300000000017", "OR", "2", named("Sofia", "Garcia", date(2014, 3, 21)))
    pair = CandidatePair.objects.create(left=one, right=two, model_version="1", opened_at=clock.now())

    def asked_about(by: Hat | None = None) -> dict[str, list[str]]:
        hits = asked("Sofia Garcia", by=by).hits
        return {hit.child.pk: [other.child.pk for other in hit.relatives if other.is_asked] for hit in hits}

    both = {"300000000016": ["300000000017"], "300000000017": ["300000000016"]}
    assert asked_about() == both
    assert asked_about(hat("secondary", "CA")) == {"300000000016": []}
    pair.status = PairStatus.DIFFERENT
    pair.save()
    assert asked_about() == {child: [] for child in both}


def test_equal_answers_stand_by_name_however_it_is_written() -> None:
    for number, surname in enumerate(("ZARATE", "Álvarez", "BECERRA", "Campos")):
        say(f"30000000002{number}", "CA", f"2{number}", named("Xóchitl", surname, BORN))
    surnames = [hit.child.last_name_1 for hit in asked("Xochitl").hits]
    assert surnames == ["Álvarez", "BECERRA", "Campos", "ZARATE"]


def test_a_school_in_the_box_is_known_as_one() -> None:
    assert asked("Lincoln Elementary School").may_be_school
    assert not asked("Xochitl Zamora").may_be_school
    assert not asked("Hernandez").may_be_school


def test_a_parent_whom_the_latest_state_leaves_out_is_still_shown() -> None:
    mother = {"female_parent_first_name": "Eva", "female_parent_last_name": "Luna"}
    say("300000000015", "CA", "1", named("Ramón", "Cruz", BORN, **mother), said_at=date(2026, 9, 1))
    say("300000000015", "OR", "2", named("Ramón", "Cruz", BORN), said_at=date(2026, 10, 1))
    (hit,) = asked("Ramon Cruz").hits
    assert hit.child.mother == "Eva Luna"


def test_each_hit_says_why() -> None:
    (hit,) = asked("Lupe Garcia Hernandez 12/3/2014").hits
    assert {reason.why for reason in hit.reasons} >= {Why.NAME, Why.DAY_AND_MONTH}


def test_a_retired_msix_id_leads_to_the_living_one() -> None:
    MsixId.objects.create(
        msix_id="999999999999",
        minted_at=clock.now(),
        origin="sent",
        retired_at=clock.now(),
        retired_into_id=LUPE,
    )
    (hit,) = asked("9999 9999 9999").hits
    assert (hit.child.pk, hit.reasons[0].why) == (LUPE, Why.FORMER_ID)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(state="OH"), {LUPE}),
        (Filters(state="TX", sex="Female"), {LUPE, ANA, TWIN}),
        (Filters(sex="Male"), {COUSIN}),
        (Filters(age=12), {LUPE}),
        (Filters(age=14), {ANA, TWIN, COUSIN}),
        (Filters(parent="Rosa Munoz"), {ANA, TWIN}),
        (Filters(school="lincoln"), {LUPE}),
        (Filters(school="Lincoln Elementary School"), {LUPE}),
        (Filters(state="ME"), set()),
    ],
)
def test_filters_narrow(filters: Filters, expected: set[str]) -> None:
    assert set(found("", filters)) == expected


def test_filters_narrow_names() -> None:
    assert found("Ana Perez", Filters(sex="Male")) == [COUSIN]


PAST, NOW, ELSEWHERE = "300000000020", "300000000021", "300000000022"


@pytest.fixture
def riverside() -> None:
    """Three children of one school: one left, one is there, one was enrolled elsewhere later."""
    school = {"school_or_project_name": "Riverside Middle School"}
    said = {
        PAST: [enrolled(date(2024, 8, 20), withdrawal_date=date(2025, 6, 3), **school)],
        NOW: [enrolled(date(2026, 8, 20), **school)],
        ELSEWHERE: [
            enrolled(date(2024, 8, 20), **school),
            enrolled(date(2026, 8, 20), school_or_project_name="Lincoln Elementary School"),
        ],
    }
    for number, (msix_id, stays) in enumerate(said.items()):
        say(msix_id, "TX", f"R{number}", named("Iris", "Zamora", date(2013, 1, 2)), enrollments=stays)


def test_a_school_is_said_with_the_day_until_which_and_the_present_stand_first(riverside: None) -> None:
    for text in ("", "Iris Zamora"):
        hits = asked(text, Filters(school="riverside middle")).hits
        assert hits[0].child.pk == NOW
        why = {hit.child.pk: (hit.reasons[-1].why, hit.reasons[-1].typed) for hit in hits}
        assert why == {
            NOW: (Why.SCHOOL_NOW, ""),
            PAST: (Why.SCHOOL_UNTIL, "2025-06-03"),
            ELSEWHERE: (Why.SCHOOL_BEFORE, ""),
        }


def test_words_of_two_schools_are_no_school(riverside: None) -> None:
    assert found("", Filters(school="Lincoln Riverside")) == []


def test_filters_that_leave_nobody_say_how_many_there_are_without_them() -> None:
    results = asked("Ana Perez", Filters(state="WA"))
    assert (results.hits, results.without_filters) == ((), 2)
    assert asked("Ana Perez", Filters(state="TX")).without_filters == 0
    assert asked("Elena Cruz", Filters(sex="Male"), by=hat("secondary", "TX")).without_filters == 0


def test_twins_stand_beside_each_other() -> None:
    say("300000000030", "TX", "T1", named("Ana", "Pérez/Muñoz", date(2012, 7, 6)))
    order = found("Perez Munoz July 2012")
    assert abs(order.index(ANA) - order.index(TWIN)) == 1


@pytest.mark.parametrize(
    ("typed", "trouble"),
    [
        ("1234 5678 9012", IdTrouble.DIGIT),
        (f"1234567890{check_digit('1234567890')}", IdTrouble.LENGTH),
        (f"12345678901{check_digit('12345678901')}", IdTrouble.UNKNOWN),
    ],
)
def test_an_identifier_that_leads_to_nobody_is_said_to_be_so(typed: str, trouble: IdTrouble) -> None:
    assert [said for _, said in asked(typed).lost_ids] == [trouble]


def test_who_may_not_see_a_child_hears_of_its_msix_id_what_the_digits_say_and_no_more() -> None:
    texan = hat("secondary", "TX")
    unseen = asked(CRUZ, by=texan).lost_ids
    unknown = asked("500000000004", by=texan).lost_ids
    assert [said for _, said in unseen] == [said for _, said in unknown] == [IdTrouble.DIGIT]
    silence(say("500000000006", "WA", "closed", named("Eva", "Luna", BORN)))
    rebuild()
    assert [said for _, said in asked("500000000006", by=texan).lost_ids] == [IdTrouble.DIGIT]
    assert [said for _, said in asked("500000000006").lost_ids] == [IdTrouble.CLOSED]


def test_an_identifier_alone_finds_the_child_of_the_own_state_first() -> None:
    say("300000000041", "CA", "88123", named("Iris", "Zamora", BORN), rebuild=False)
    say("300000000040", "TX", "88123", named("Eva", "Luna", BORN), rebuild=False)
    rebuild()
    assert found("88123") == ["300000000040", "300000000041"]
    assert found("CA 88123") == ["300000000041"]


def test_a_child_of_the_name_stands_before_one_whose_mother_has_it() -> None:
    say("300000000050", "TX", "50", named("Inés", "Hernández", BORN))
    assert found("Hernandez Inés") == ["300000000050", LUPE]


def test_a_date_that_cannot_be_is_said_and_the_rest_is_looked_for() -> None:
    results = asked("Lupe Hernandez 2014-03-32")
    assert [hit.child.pk for hit in results.hits] == [LUPE]
    assert [each.typed for each in results.troubles] == ["2014-03-32"]
    say("300000000051", "TX", "2014-03-32", named("Eva", "Luna", date(2011, 1, 1)))
    assert not asked("2014-03-32").troubles


def test_only_what_the_hat_reaches_is_found() -> None:
    texan, washingtonian = hat("secondary", "TX"), hat("secondary", "FL")
    assert found("Lupe Hernandez", by=texan) == [LUPE]
    assert found("Elena Cruz", by=texan) == []
    assert found("WA 55", by=texan) == []
    assert found(CRUZ, by=texan) == []
    assert found("Perez", by=washingtonian) == []
    assert found("Perez", Filters(state="TX"), by=washingtonian) == []


@pytest.mark.parametrize("role", ["batch_submitter", "ome", "operator", "user_administrator"])
def test_who_may_not_search_is_refused(role: str) -> None:
    with pytest.raises(NotPermitted):
        asked("Lupe", by=hat(role))


def test_the_audit_says_that_somebody_searched_and_not_for_whom() -> None:
    asked("Guadalupe Hernandez 12 Mar 2014", Filters(parent="Inés"))
    event = Event.objects.get(action="students:search:run")
    assert event.detail == {"by": ["name", "birth date"], "filters": ["parent"], "found": 1, "more": False}


def test_who_fits_names_and_birth_date_stands_alone_and_that_is_said() -> None:
    say("800000000008", "TX", "other", named("Guadalupe", "Hernández/García", date(2009, 6, 30)))
    results = asked("Lupe Hernandez 12 Mar 2014")
    assert ([hit.child.pk for hit in results.hits], results.others_left_out) == ([LUPE], True)
    results = asked("Lupe Hernandez 1 Jan 2001")
    assert ({hit.child.pk for hit in results.hits}, results.others_left_out) == (
        {LUPE, "800000000008"},
        False,
    )


def test_results_are_capped_and_say_so() -> None:
    for number in range(60):
        say(f"7{number:011}", "TX", f"many{number}", named("Pedro", "Ruiz", BORN), rebuild=False)
    rebuild()
    results = asked("Pedro Ruiz")
    assert (len(results.hits), results.more) == (50, True)
    assert [hit.child.pk for hit in results.hits] == [hit.child.pk for hit in asked("Pedro Ruiz").hits]


@pytest.mark.parametrize(
    "text", ["'; drop table students_child; --", "%_%", "\\", "\x00", "ñ" * 300, "🙂", "{a,b}"]
)
def test_odd_texts_do_no_harm(text: str) -> None:
    asked(text)


def test_a_stamp_that_was_rolled_back_never_comes_again() -> None:
    def stamp_after_new_words() -> int:
        with connection.cursor() as cursor:
            cursor.execute(statements.NEXT_VOCABULARY)
        return Vocabulary.objects.get().version

    point = transaction.savepoint()
    first = stamp_after_new_words()
    transaction.savepoint_rollback(point)
    assert stamp_after_new_words() > first
