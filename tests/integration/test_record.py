"""Opening a record: only within reach, never without a disclosure, and everything the States said stands there."""

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape
from pypdf import PdfReader

from openmsix.accounts.permissions import NotPermitted
from openmsix.audit.models import Disclosure
from openmsix.deadlines import clock
from openmsix.identity.models import CandidatePair, Link, MsixId, PairStatus
from openmsix.students import queries
from openmsix.students.actions import rebuild
from openmsix.students.models import Child
from openmsix.web.children import pictures
from tests.children import link, named, say
from tests.people import hat, person, places_in
from tests.travelers import LUPE, NAMESAKE, TWIN, travel

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

PARTS = (
    "",
    "moves/",
    "courses/",
    "enrollments/",
    "assessments/",
    "health/",
    "family/",
    "sources/",
    "access/",
)


@pytest.fixture(autouse=True)
def _travelers() -> None:
    travel()


def ref(msix_id: str = LUPE) -> str:
    return Child.objects.get(pk=msix_id).ref


def office(role: str = "primary", state: str = "TX", purpose: str = "enrollment") -> Client:
    """A browser in which somebody has signed in and said what for."""
    client = Client()
    client.force_login(person(role, state))
    if purpose:
        client.post("/children/purpose/", {"purpose": purpose, "next": "/"})
    return client


def page(client: Client, part: str = "", msix_id: str = LUPE) -> Any:
    return client.get(f"/children/{ref(msix_id)}/{part}")


# what an opening leaves behind


def test_opening_writes_who_in_which_role_why_and_when() -> None:
    by = hat("primary")
    queries.open_record(ref=ref(), by=by, purpose="enrollment")
    disclosure = Disclosure.objects.get()
    assert (disclosure.actor_id, disclosure.hat, disclosure.purpose, disclosure.msix_id, disclosure.what) == (
        by.actor_id,
        by.label,
        "enrollment",
        LUPE,
        "record",
    )
    assert disclosure.at.date() == clock.today()


@pytest.mark.parametrize(
    "part", [*PARTS, "record.json", "print/?kind=summary&language=es", "print/?kind=full"]
)
def test_every_page_and_form_of_a_record_is_a_disclosure(part: str) -> None:
    client = office()
    assert page(client, part).status_code == 200
    assert Disclosure.objects.filter(msix_id=LUPE).count() == 1


@pytest.mark.parametrize("role", ["batch_submitter", "user_administrator", "ome", "operator"])
def test_who_opens_no_records_is_refused_and_nothing_is_disclosed(role: str) -> None:
    with pytest.raises(NotPermitted):
        queries.open_record(ref=ref(), by=hat(role), purpose="enrollment")
    assert page(office(role, purpose="")).status_code == 403
    assert not Disclosure.objects.exists()


def test_secondary_users_open_children_of_their_own_state_and_then_the_whole_record() -> None:
    record = queries.open_record(ref=ref(), by=hat("secondary", "TX"), purpose="enrollment")
    assert record.states == ("MI", "OH", "TX")
    with pytest.raises(queries.NotReachable):
        queries.open_record(ref=ref(NAMESAKE), by=hat("secondary", "TX"), purpose="enrollment")
    assert page(office("secondary", "TX"), "", NAMESAKE).status_code == 404
    assert set(Disclosure.objects.values_list("msix_id", flat=True)) == {LUPE}


def test_secondary_users_do_not_see_the_sources() -> None:
    client = office("secondary", "TX")
    assert page(client, "sources/").status_code == 403
    assert b"/sources/" not in page(client).content


@pytest.mark.parametrize("address", ["nosuchchild", LUPE])
def test_an_unknown_address_opens_nothing(address: str) -> None:
    assert office().get(f"/children/{address}/").status_code == 404
    assert not Disclosure.objects.exists()


def test_the_address_of_a_child_merged_into_another_leads_there() -> None:
    former = ref(TWIN)
    link(Link.objects.live().get(msix_id=TWIN).state_record, LUPE)
    MsixId.objects.filter(pk=TWIN).update(retired_at=clock.now(), retired_into=LUPE)
    rebuild(msix_ids=[TWIN, LUPE])
    response = office().get(f"/children/{former}/")
    assert (response.status_code, response["Location"]) == (301, f"/children/{ref()}/")
    assert "Luz" in page(office(), "family/").content.decode()


def test_openings_of_a_former_msix_id_stay_in_the_history() -> None:
    page(office(), "", TWIN)
    link(Link.objects.live().get(msix_id=TWIN).state_record, LUPE)
    MsixId.objects.filter(pk=TWIN).update(retired_at=clock.now(), retired_into=LUPE)
    rebuild(msix_ids=[TWIN, LUPE])
    assert queries.disclosures_about(LUPE).filter(msix_id=TWIN).exists()


# the purpose


def test_the_purpose_is_asked_once_a_session() -> None:
    client = office(purpose="")
    response = page(client)
    assert response.status_code == 302
    assert response["Location"] == f"/children/purpose/?next=/children/{ref()}/"
    assert not Disclosure.objects.exists()
    asked = client.get(response["Location"]).content.decode()
    assert re.search(r'value="enrollment" checked', asked)
    answer = client.post("/children/purpose/", {"purpose": "credits", "next": f"/children/{ref()}/"})
    assert answer["Location"] == f"/children/{ref()}/"
    assert "Counsel a student" in page(client).content.decode()
    assert Disclosure.objects.get().purpose == "credits"


def test_the_default_purpose_follows_the_role() -> None:
    asked = office("state_data_administrator", purpose="").get("/children/purpose/").content.decode()
    assert re.search(r'value="quality" checked', asked)


@pytest.mark.parametrize("onward", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_the_purpose_page_leads_nowhere_else(onward: str) -> None:
    answer = office(purpose="").post("/children/purpose/", {"purpose": "credits", "next": onward})
    assert answer["Location"] == "/"


def test_no_purpose_is_no_answer() -> None:
    assert office(purpose="").post("/children/purpose/", {"purpose": "curiosity"}).status_code == 422


# what stands there


def test_the_arrival_sheet_answers_what_a_registrar_asks() -> None:
    text = re.sub(r"<[^>]+>|\s+", " ", page(office()).content.decode())
    text = re.sub(r" +", " ", text)
    for words in (
        "Grade 11",
        "Hart High School",
        "Michigan",
        "636 days left, until 20 Aug 2028",
        "Chronic condition",
        "3.75 earned",
        "1.00 more from grade 8 or below",
        "Mother Rosa García Luna",
        "Father Ignacio Hernández",
        "(956) 555-0142",
        "TX-4471902",
        "900177",
        "20881-77",
        "(231) 555-0175",
        "English 1 , part B, 55 hours, grade to date 91",
        "12 Mar 2010",
        "3 Dec 2010",
        "7418",
    ):
        assert words in text


def words_of(msix_id: str, part: str = "") -> str:
    """The text of a page of a child."""
    text = re.sub(r"<[^>]+>|\s+", " ", page(office(), part, msix_id).content.decode())
    return re.sub(r" +", " ", text)


def test_the_arrival_sheet_does_not_speak_of_the_past_as_now() -> None:
    stays: list[dict[str, Any]] = [
        {
            "enrollment_date": date(2025, 8, 20),
            "withdrawal_date": date(2026, 1, 9),
            "enrollment_type": "06",
            "grade_level": "00",
            "graduation_hse_indicator": "HSE",
            "graduation_hse_date": date(2025, 6, 1),
        }
    ]
    say("300000000021", "CA", "21", named("Ramón", "Cruz", date(2006, 4, 1)), enrollments=stays)
    text = words_of("300000000021")
    assert "lived there, enrolled nowhere, until 9 Jan 2026" in text
    assert "High-school equivalency" in text
    assert re.search(r"Out-of-school youth CA \S+ \S+ \S+ enrollment of 20 Aug 2025", text)
    assert "No courses sent" in text
    assert "0 earned" not in text
    assert "None: only one State has sent a record." in text


def test_two_records_of_one_state_that_differ_are_no_want_of_questions() -> None:
    say("300000000024", "CA", "24", named("Ramón", "Cruz", date(2010, 4, 1)))
    say("300000000024", "CA", "25", named("Ramón", "Cruz", date(2011, 4, 1)))
    text = words_of("300000000024")
    assert "Both values stand until a State corrects its own." in text
    assert "All records are of one State." in text
    assert "None: only one State" not in text


def test_the_arrival_sheet_names_open_near_matches() -> None:
    one = say("300000000022", "CA", "22", named("Ramón", "Cruz", date(2010, 4, 1)))
    other = say("300000000023", "CA", "23", named("Ramon", "Cruz", date(2010, 4, 1)))
    pair = CandidatePair.objects.create(left=one, right=other, model_version="1", opened_at=clock.now())
    asked = "Another record may be this child: California. People are asked since 23 Nov 2026"
    for msix_id in ("300000000022", "300000000023"):
        assert asked in words_of(msix_id)
        assert "None: only one State" not in words_of(msix_id)
    CandidatePair.objects.filter(pk=pair.pk).update(status=PairStatus.DIFFERENT)
    assert asked not in words_of("300000000022")


def test_a_near_match_leads_to_the_other_record_if_the_hat_may_open_it() -> None:
    one = say("300000000022", "CA", "22", named("Ramón", "Cruz", date(2010, 4, 1)))
    other = say("300000000023", "OR", "23", named("Ramon", "Cruz", date(2010, 4, 1)))
    CandidatePair.objects.create(left=one, right=other, model_version="1", opened_at=clock.now())
    address = f'href="/children/{ref("300000000023")}/"'
    for client, leads in ((office(), True), (office("secondary", "CA"), False)):
        sheet = page(client, "", "300000000022").content.decode()
        assert (address in sheet) == leads
        assert "of this record only; the other one may be newer" in sheet
    assert address not in page(office(), "", LUPE).content.decode()


COURSE = {
    "course_title": "English 2", "subject_area": "English", "begin_academic_year": 2024, "end_academic_year": 2025,
    "course_section": "01", "term_type": "0827",
}  # fmt: skip


def moved(msix_id: str, grade: str) -> None:
    """A child who broke off two courses in California and earned one of them in Oregon."""
    who = named("Ramón", "Cruz", date(2010, 4, 1))
    stays = [{"enrollment_date": date(2024, 9, 1), "enrollment_type": "01", "grade_level": grade}]
    left = [{**COURSE, "clock_hours": 30}, {**COURSE, "course_title": "Art 2", "clock_hours": 20}]
    earned = [{**COURSE, "credits_granted": Decimal("1.00"), "final_grade": "B"}]
    say(msix_id, "CA", "28", who, enrollments=stays, course_history=left)
    say(msix_id, "OR", "28", who, enrollments=stays, course_history=earned)


def test_a_course_earned_since_is_marked_and_not_listed_as_open() -> None:
    moved("300000000028", "10")
    sheet = words_of("300000000028")
    assert "High school credits 1.00 earned Broken off by a move Art 2 , 20 hours CA" in sheet
    assert "English 2" not in sheet
    assert "Broken off, but earned since: 1" in sheet
    assert "broken off 30 clock hours Earned since: OR 2024-2025" in words_of("300000000028", "courses/")


def test_below_grade_9_courses_do_not_stand_under_credits_of_high_school() -> None:
    moved("300000000028", "08")
    sheet = words_of("300000000028")
    assert "High school credits " not in sheet.replace("High school credits earned", "")
    assert "Credits and courses High school credits earned: 0.00" in sheet
    assert "Art 2 , Grade 8, 20 hours" in sheet


def test_a_type_of_assessment_nobody_published_is_explained_once() -> None:
    tests = [
        {"assessment_title": title, "assessment_type": kind, "administration_date": date(2026, 4, 1)}
        for title, kind in (("A", "01"), ("B", "10"), ("C", "10"), ("D", "11"))
    ]
    say("300000000029", "CA", "29", named("Ramón", "Cruz", date(2010, 4, 1)), assessments=tests)
    text = words_of("300000000029", "assessments/")
    assert "State Assessment" in text
    assert text.count("Type 10 ") == 2
    assert text.count("do not say what it means") == 1
    assert "Type 10, 11: the exchange" in text
    assert "meaning not published" not in text


def test_a_spanish_print_names_the_role_in_spanish_and_says_when_all_is_made_up(settings: Any) -> None:
    for settings.DEMO in (True, False):
        made = page(office(), "print/?kind=summary&language=es").content
        text = " ".join(PdfReader(io.BytesIO(made)).pages[0].extract_text().split())
        assert "Usuario principal" in text
        assert ("Demostración: todas las personas y escuelas son inventadas." in text) == settings.DEMO


def test_spanish_pages_write_numbers_as_school_offices_do() -> None:
    client = office()
    client.cookies["django_language"] = "es"
    text = re.sub(r"<[^>]+>|\s+", " ", page(client).content.decode())
    assert "3.75 obtenidos" in text


def test_needs_that_differ_are_not_called_agreed() -> None:
    for state, said_at, flag in (("CA", date(2026, 9, 1), "Yes"), ("OR", date(2026, 10, 1), "No")):
        stays = [{"enrollment_date": said_at, "enrollment_type": "01", "pfs_flag": flag}]
        who = named("Ramón", "Cruz", date(2010, 4, 1))
        say("300000000024", state, "24", who, said_at=said_at, enrollments=stays)
    text = words_of("300000000024")
    assert "Each State says this for itself, and they differ: priority for services" in text
    assert "The States agree on: name, birth date, sex" in text
    assert "Priority for services No OR 1 Oct 2026 Yes CA 1 Sep 2026" in text
    assert "None:" not in text


def test_the_health_page_dates_what_changed_with_the_years() -> None:
    stays: list[dict[str, Any]] = [
        {"enrollment_date": date(year, 9, 1), "enrollment_type": "01", "med_alert": alert}
        for year, alert in ((2024, "None"), (2025, "Chronic"))
    ]
    say("300000000025", "CA", "25", named("Ramón", "Cruz", date(2010, 4, 1)), enrollments=stays)
    text = words_of("300000000025", "health/")
    assert "States differ" not in text
    assert "enrollment of 1 Sep 2025" in text
    assert "enrollment of 1 Sep 2024" in text


def test_the_prints_and_the_json_name_open_near_matches_too() -> None:
    one = say("300000000022", "CA", "22", named("Ramón", "Cruz", date(2010, 4, 1)))
    other = say("300000000023", "OR", "23", named("Ramona", "Cruz", date(2010, 4, 1)))
    CandidatePair.objects.create(left=one, right=other, model_version="1", opened_at=clock.now())
    client = office()
    data = page(client, "record.json", "300000000022").json()
    assert data["near_matches"] == [{"state": "OR", "asked_on": "2026-11-23"}]
    for kind in ("summary", "full"):
        made = page(client, f"print/?kind={kind}", "300000000022").content
        text = " ".join(PdfReader(io.BytesIO(made)).pages[0].extract_text().split())
        assert "Another record may be this child: Oregon, asked since 23 Nov 2026." in text
        assert "Ramona" not in text


def test_an_enrollment_without_an_end_ends_where_the_next_began() -> None:
    stays: list[dict[str, Any]] = [
        {
            "enrollment_date": date(2024, 9, 1),
            "enrollment_type": "01",
            "school_or_project_name": "First School",
        },
    ]
    who = named("Ramón", "Cruz", date(2010, 4, 1))
    say("300000000026", "CA", "26", who, enrollments=stays)
    say(
        "300000000026",
        "OR",
        "26",
        who,
        enrollments=[{"enrollment_date": date(2025, 9, 1), "enrollment_type": "01"}],
    )
    text = words_of("300000000026", "moves/")
    assert "2 enrollments (1 without an end sent)" in text
    assert "1 Sep 2024 no end sent next enrolled on 1 Sep 2025" in text
    assert "no end sent next enrolled on 1 Sep 2025" in words_of("300000000026", "enrollments/")
    record = queries.open_record(ref=ref("300000000026"), by=hat("primary"), purpose="enrollment")
    assert [(stay["to"], stay["end_sent"]) for stay in pictures.of(record)[0].data["stays"]] == [
        ("2025-09-01", False),
        ("2026-11-23", True),
    ]


def test_pictures_take_the_room_that_the_page_left_for_them() -> None:
    client = office()
    text = page(client, "moves/").content.decode()
    found = re.findall(r'src="([^"]+\.svg)"[^>]* width="(\d+)" height="(\d+)"', text)
    assert len(found) == 2
    for address, width, height in found:
        drawing = client.get(address).content.decode()
        assert f'width="{width}" height="{height}"' in drawing[:300]


def test_the_sources_show_every_element_also_the_empty_ones() -> None:
    text = page(office(), "sources/").content.decode()
    assert "TX-4471902" in text
    assert "Residency Verification Date" in text
    assert text.count("<td>-</td>") > 100


def test_the_sources_stand_as_sent_with_the_meaning_beside() -> None:
    places_in("TX")
    stays: list[dict[str, Any]] = [
        {"enrollment_date": date(2025, 9, 1), "enrollment_type": "07", "district_of_residence": "4800001",
         "designated_graduation_school": "480000100001", "grade_level": "09", "residency_date": date(2025, 8, 1)},
    ]  # fmt: skip
    who = named("Ramón", "Cruz", date(2010, 4, 1))
    say("300000000027", "TX", "27", who, enrollments=stays)
    say("300000000027", "OR", "27", who, enrollments=[{**stays[0], "residency_date": date(2026, 8, 1)}])
    sources = words_of("300000000027", "sources/")
    for words in (
        "20100401 1 Apr 2010",
        "Enrollment Type 07 meaning not published",
        "Grade Level 09 Grade 9",
        "District of Residence 4800001 TX Valley District",
        "Designated Graduation School 480000100001 TX Lincoln Elementary",
        "It was the first record of this child: no known child was the same. Decided by the exchange itself on",
    ):
        assert words in sources
    enrollments = words_of("300000000027", "enrollments/")
    assert "TX Valley District (4800001)" in enrollments
    assert "07 (meaning not published)" in enrollments
    assert "States differ" not in enrollments
    assert "Residency Date (each State has its own)" in enrollments


def test_the_sources_say_in_words_what_agreed_when_a_record_was_linked() -> None:
    [texas] = Link.objects.live().filter(msix_id=LUPE, state_code="TX")
    levels = {
        "given_name": "same",
        "middle_name": "missing",
        "surnames": "same",
        "birth_date": "different",
        "mother": "alike",
    }
    Link.objects.live().filter(msix_id=LUPE, state_code="OH").update(
        reason="matched", evidence={"beside": texas.state_record_id, "levels": levels}, decided_by="worker"
    )
    sources = words_of(LUPE, "sources/")
    for words in (
        "Comparing it with the record of Texas, TX-4471902, showed the same child.",
        "Decided by the exchange itself on 23 Nov 2026.",
        "Agreed: given name, surnames.",
        "Alike: mother.",
        "Differed: birth date.",
    ):
        assert words in sources


def test_a_link_that_was_decided_beside_a_record_of_another_child_names_no_record() -> None:
    [twin] = Link.objects.live().filter(msix_id=TWIN)
    Link.objects.live().filter(msix_id=LUPE, state_code="OH").update(
        reason="matched",
        evidence={"beside": twin.state_record_id, "levels": {"surnames": "same"}},
    )
    sources = words_of(LUPE, "sources/")
    assert "TX-4471903" not in sources
    assert "Comparing it with the records of this child showed the same child." in sources


def test_only_roles_that_see_the_access_history_see_names() -> None:
    page(office("district_data_administrator", "FL"))
    name = "district_data_administrator.fl@example.org"
    history = page(office("secondary"), "access/").content.decode()
    assert name not in history
    assert "District Data Administrator, FL Valley District" in history


def test_recently_opened_children_are_listed_latest_first() -> None:
    client = office()
    for msix_id in (TWIN, LUPE, TWIN):
        page(client, "", msix_id)
    opened = queries.recently_opened(hat("primary"))
    assert [one.child.pk for one in opened] == [TWIN, LUPE]
    assert queries.recently_opened(hat("ome")) == []


@pytest.mark.parametrize("part", [*PARTS, "record.json", "print/"])
def test_only_reading_opens_a_record(part: str) -> None:
    client = office("state_data_administrator", purpose="quality")
    for method in ("post", "put", "delete", "patch", "options"):
        assert getattr(client, method)(f"/children/{ref()}/{part}").status_code == 405
    assert not Disclosure.objects.exists()


def test_who_opened_is_named_to_those_who_answer_for_it_and_only_within_their_place() -> None:
    page(office("primary", "TX"))
    page(office("primary", "FL"))
    names = {state: person("primary", state).email for state in ("TX", "FL")}
    shown = page(office("state_data_administrator", "TX"), "access/").content.decode()
    assert names["TX"] in shown
    assert names["FL"] not in shown
    assert hat("primary", "FL").label in shown
    unnamed = page(office("secondary", "TX"), "access/").content.decode()
    assert names["TX"] not in unnamed


# pictures


def test_a_picture_opens_only_after_its_page() -> None:
    by = hat("primary")
    with pytest.raises(queries.NotReachable):
        queries.record_for_picture(ref=ref(), by=by)
    client = office()
    addresses = re.findall(r'src="(/children/[^"]+\.svg)"', page(client, "moves/").content.decode())
    assert len(addresses) == 2
    for address in addresses:
        image = client.get(address)
        assert (image.status_code, image["Content-Type"]) == (200, "image/svg+xml")
        assert "no-store" in image["Cache-Control"]
        assert office("primary", "FL").get(address).status_code == 404
    assert Disclosure.objects.count() == 1


def test_a_picture_of_other_data_is_not_served() -> None:
    client = office()
    page(client, "moves/")
    assert client.get(f"/children/{ref()}/picture/timeline-0000000000000000.svg").status_code == 404


# the web's own rules


def test_nothing_about_the_child_stands_in_an_address() -> None:
    client = office()
    text = "".join(page(client, part).content.decode() for part in PARTS)
    addresses = " ".join(re.findall(r'(?:href|src|action)="([^"]*)"', text))
    for words in (LUPE, "uadalupe", "ernandez", "4471902", "2010"):
        assert words not in addresses


def test_pages_of_a_child_are_not_kept_by_the_browser() -> None:
    client = office()
    for part in ("", "courses/", "record.json", "print/"):
        assert "no-store" in page(client, part)["Cache-Control"]


def test_a_search_stays_in_the_session_of_who_typed_it() -> None:
    client = office()
    response = client.post("/children/search/", {"text": "Guadalupe Hernandez 2010"})
    address = response["Location"]
    assert re.fullmatch(r"/children/search/[\w-]{8,}/", address)
    assert "Guadalupe" in client.get(address).content.decode()
    assert office("primary", "FL").get(address).status_code == 404


def test_filters_become_chips_that_can_be_taken_off() -> None:
    client = office()
    asked = {"text": "Guadalupe Hernandez", "state": "WA", "age": "14"}
    found = client.get(client.post("/children/search/", asked)["Location"]).content.decode()
    assert "1 child found" in found
    assert "State: Washington" in found
    wider = client.get(
        client.post("/children/search/", asked | {"without": "state"})["Location"]
    ).content.decode()
    assert "State: Washington" not in wider
    assert "age 14" in wider


@pytest.mark.parametrize(
    "filters", [{"age": "-1"}, {"age": "²"}, {"sex": "x"}, {"state": "ZZ"}, {"without": "csrf"}]
)
def test_odd_filters_do_no_harm(filters: dict[str, str]) -> None:
    client = office()
    response = client.post("/children/search/", {"text": "Guadalupe"} | filters)
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize("field", ["parent", "school"])
def test_a_filter_of_signs_only_narrows_nothing_and_is_not_shown(field: str) -> None:
    client = office()
    asked = {"text": "Guadalupe Hernandez", field: "-- !"}
    found = client.get(client.post("/children/search/", asked)["Location"]).content.decode()
    assert "-- !" not in found
    assert 'name="without"' not in found


def test_the_question_for_the_purpose_leads_back_to_the_same_print() -> None:
    client = office(purpose="")
    print_address = f"/children/{ref()}/print/?kind=full&language=es"
    question = client.get(print_address)["Location"]
    form = client.get(question).content.decode()
    assert f'name="next" value="{escape(print_address)}"' in form


def test_a_name_with_markup_is_shown_as_it_is() -> None:
    from tests.children import named, say

    say("100200300400", "TX", "x", named("<script>alert(1)</script>", "=cmd()", date(2014, 1, 1)))
    text = page(office(), "", "100200300400").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
