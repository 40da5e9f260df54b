"""Places in the database: the tree, loading again, the States' own lists, provisional places, whom to call."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from openmsix.accounts.hats import Hat
from openmsix.audit.models import Event
from openmsix.places import actions, queries
from openmsix.places.models import Contact, Kind, Place
from openmsix.places.states import states
from openmsix.synth import land, write
from openmsix.synth.chance import Chance

pytestmark = pytest.mark.django_db
BY = Hat.system("test")
TODAY = date(2026, 11, 23)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Places of two States: 60 districts in Texas, 4 in Michigan."""
    write.write_places(land.make(Chance(1), {"TX": 3_600, "MI": 100}), tmp_path, TODAY)
    return tmp_path


def rows() -> list[tuple[object, ...]]:
    """All places and contacts, as they are."""
    fields = [
        "kind",
        "code",
        "name",
        "parent__code",
        "path",
        "latitude",
        "closed_on",
        "provisional",
        "updated_at",
    ]
    return [
        *Place.objects.order_by("kind", "code").values_list(*fields),
        *Contact.objects.order_by("place__code", "name").values_list(),
    ]


def check_tree() -> None:
    """Every path is its parent's path and the place's own code; every place lies in the State it names."""
    for place in Place.objects.select_related("parent"):
        assert place.path == (place.parent.path if place.parent else "/") + place.code + "/"
        assert (place.state_code == "") == (place.kind == Kind.NATION)
        assert place.path.startswith(f"/US/{place.state_code}")


def test_the_states_are_there_from_the_beginning() -> None:
    assert set(Place.objects.states().values_list("code", flat=True)) == set(states())
    assert Place.objects.nation().path == "/US/"
    assert actions.ensure_states(by=BY) == 0
    check_tree()


def test_states_that_are_missing_are_made_and_said() -> None:
    Place.objects.filter(code__in=["TX", "VT"]).delete()
    assert actions.ensure_states(by=BY) == 2
    assert Event.objects.filter(action="places:state:made").count() >= 1
    check_tree()


def test_a_load_stores_the_pack_as_a_tree_and_says_so(pack: Path) -> None:
    loaded = actions.load(folder=pack, by=BY)
    assert loaded.problems == []
    assert {kind: count["added"] for kind, count in loaded.counts.items()} == {
        "regions": 6, "districts": 64, "projects": 6, "facilities": 6, "schools": 256, "contacts": 72,
    }  # fmt: skip
    assert Event.objects.get(action="places:directory:loaded").detail["counts"] == loaded.counts
    assert "64 added" in loaded.in_words()
    assert Place.objects.filter(kind=Kind.SCHOOL, latitude__isnull=True).count() == 0
    check_tree()


def test_the_same_load_again_writes_nothing(pack: Path) -> None:
    actions.load(folder=pack, by=BY)
    before = rows()
    loaded = actions.load(folder=pack, by=BY)
    assert rows() == before
    assert all(not count["added"] and not count["changed"] for count in loaded.counts.values())


def test_a_changed_row_changes_one_place(pack: Path) -> None:
    actions.load(folder=pack, by=BY)
    path = next(pack.glob("ccd_sch*"))
    path.write_text(path.read_text().replace("High School", "Senior High School", 1))
    loaded = actions.load(folder=pack, by=BY)
    assert loaded.counts["schools"] == {"added": 0, "changed": 1, "equal": 255}


def test_a_directory_alone_leaves_positions_and_regions_as_they_are(pack: Path) -> None:
    actions.load(folder=pack, by=BY)
    before = rows()
    actions.load(files=[*pack.glob("ccd_*")], by=BY)
    assert rows() == before


def test_a_district_takes_its_schools_along_into_another_region(pack: Path) -> None:
    actions.load(folder=pack, by=BY)
    move = pack / "moves.csv"
    move.write_text("state,leaid,region\nTX,4898001,05\n")
    actions.load(files=[move], by=BY)
    district = Place.objects.get(code="4898001")
    assert district.path == "/US/TX/TX-R-05/4898001/"
    assert Place.objects.within(district).count() == 5
    check_tree()


def test_a_school_whose_district_is_unknown_is_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    path.write_text("ST,LEAID,NCESSCH,SCH_NAME\nTX,4898001,489800100101,Elm\n")
    loaded = actions.load(files=[path], by=BY)
    assert [(problem.file, problem.line, problem.value) for problem in loaded.problems] == [
        ("schools.csv", 2, "489800100101")
    ]
    assert "4898001" in loaded.problems[0].message
    assert not Place.objects.filter(kind=Kind.SCHOOL).exists()


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        ("state,leaid,region\nTX,4811111,01\n", "leaid", "4811111"),
        ("state,leaid,region\nTX,4898001,99\n", "region", "99"),
        ("state,level,place,name\nTX,district,4811111,Ana Ruiz\n", "place", "4811111"),
        ("state,kind,code,name,region\nTX,project,77,Valley Project,99\n", "", "TX-P-77"),
    ],
)
def test_what_refers_to_an_unknown_place_is_left_out_and_named(
    pack: Path, text: str, column: str, value: str
) -> None:
    actions.load(folder=pack, by=BY)
    path = pack / "own.csv"
    path.write_text(text)
    (problem,) = actions.load(files=[path], by=BY).problems
    assert (problem.line, problem.column, problem.value) == (2, column, value)


def test_a_file_of_contacts_replaces_those_of_its_states_only(pack: Path) -> None:
    actions.load(folder=pack, by=BY)
    path = pack / "contacts_mi.csv"
    path.write_text("state,level,place,name,phone\nMI,state,,Rosa Lee,517-555-0100\n")
    texan = Contact.objects.filter(place__state_code="TX").count()
    counts = actions.load(files=[path], by=BY).counts["contacts"]
    assert (counts["added"], counts["removed"]) == (1, 6)
    assert list(Contact.objects.filter(place__state_code="MI").values_list("name", "phone")) == [
        ("Rosa Lee", "5175550100")
    ]
    assert Contact.objects.filter(place__state_code="TX").count() == texan


def test_a_closed_school_stays_with_its_day(pack: Path) -> None:
    actions.load(folder=pack, by=BY)
    path = pack / "closed.csv"
    path.write_text(
        "ST,LEAID,NCESSCH,SCH_NAME,SY_STATUS,EFFECTIVE_DATE\nTX,4898001,489800100101,Elm,2,06/30/2026\n"
    )
    actions.load(files=[path], by=BY)
    school = Place.objects.get(code="489800100101")
    assert school.closed_on == date(2026, 6, 30)
    assert school not in Place.objects.open()


def ids(*rows: tuple[str, str, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=actions.IDS, orient="row")


def test_an_unknown_school_makes_a_provisional_one_and_its_district() -> None:
    made = actions.provide(ids(("school", "489900100101", "Elm School", "TX")), by=BY)
    assert made["code"].to_list() == ["4899001", "489900100101"]
    school = Place.objects.get(code="489900100101")
    assert (school.name, school.provisional, school.path) == (
        "Elm School",
        True,
        "/US/TX/4899001/489900100101/",
    )
    assert Place.objects.get(code="4899001").name == "District 4899001"
    assert Event.objects.get(action="places:place:provided").detail == {"districts": 1, "schools": 1}
    check_tree()


def test_what_is_known_is_not_touched_and_nothing_is_made_twice(pack: Path) -> None:
    actions.load(folder=pack, by=BY)
    before = rows()
    known = ids(("school", "489800100101", "Another name", "TX"), ("district", "4898001", None, "TX"))
    assert actions.provide(known, by=BY).height == 0
    assert rows() == before
    assert not Event.objects.filter(action="places:place:provided").exists()
    new = ids(("district", "4899002", None, "TX"), ("district", "4899002", "Elm ISD", "TX"))
    assert actions.provide(new, by=BY)["name"].to_list() == ["Elm ISD"]
    assert actions.provide(new, by=BY).height == 0


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (("district", "4899003", None, "OK"), "TX"),  # the number says Texas
        (("district", "9999003", None, "OK"), "OK"),  # no State has 99: who named it decides
        (("district", "9999003", None, None), None),
        (("district", "99", None, "OK"), None),
        (("school", "4899003", None, "TX"), None),  # a district's number
        (("school", "48990030010A", None, "TX"), None),
    ],
)
def test_a_provisional_place_lies_in_the_state_of_its_number(
    row: tuple[str, str, str | None, str | None], state: str | None
) -> None:
    made = actions.provide(ids(row), by=BY)
    assert made["state_code"].to_list() == ([state] if state else [])


def test_a_directory_makes_a_provisional_place_a_real_one(pack: Path) -> None:
    actions.provide(ids(("school", "489800100101", "As the State wrote it", "TX")), by=BY)
    actions.load(folder=pack, by=BY)
    school = Place.objects.get(code="489800100101")
    assert not school.provisional
    assert school.name != "As the State wrote it"
    assert school.path == "/US/TX/TX-R-01/4898001/489800100101/"
    check_tree()


def test_whom_to_call_is_the_nearest_contact(pack: Path) -> None:
    actions.load(folder=pack, by=BY)

    def level(district: str | None, state: str) -> str | None:
        contact = queries.contact_for(district, state)
        return contact.level if contact else None

    assert level("4898001", "TX") == "district"
    Contact.objects.filter(place__code="4898001").delete()
    assert level("4898001", "TX") == "region"
    Contact.objects.filter(level="region", place__state_code="TX").delete()
    assert level("4898001", "TX") == "state"
    assert level("4811111", "TX") == "state"  # a district that nobody knows
    assert level(None, "MI") == "state"
    assert level(None, "VT") is None


def test_within_and_holding_are_each_others_inverse(pack: Path) -> None:
    actions.load(folder=pack, by=BY)
    school = Place.objects.filter(kind=Kind.SCHOOL, state_code="TX").earliest("code")
    around = list(Place.objects.holding(school))
    assert [place.kind for place in around] == ["school", "district", "region", "state", "nation"]
    assert all(school in Place.objects.within(place) for place in around)
    assert school not in Place.objects.within(Place.objects.state("MI"))
