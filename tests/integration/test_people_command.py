"""`openmsix people`: from nobody to somebody who signs in, and back."""

import re

import pytest
from django.test import Client

from openmsix.accounts import hats
from openmsix.accounts.models import Holding, User
from openmsix.audit.models import Event
from openmsix.config.home import served_at
from openmsix.ops.exits import Exit
from tests.command_line import Ended, Terminal
from tests.people import PASSWORD, person, places_in

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]
ANA = "ana@tx.example"


@pytest.fixture
def openmsix(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://there/is"
    )  # asked only whether there is an exchange at all
    served_at().unlink(missing_ok=True)  # journeys that ran in this home before left theirs
    return Terminal(monkeypatch, capsys)


def add(openmsix: Terminal, *more: str, role: str = "state_data_administrator", place: str = "TX") -> Ended:
    return openmsix("people", "add", ANA, "--role", role, "--place", place, *more)


def link_in(ended: Ended) -> str:
    """The path of the link that was printed, which stands alone on its line."""
    found = re.search(r"^http://localhost:8000(/sign-in/forgotten/\S+/)$", ended.out, re.MULTILINE)
    assert found
    return found[1]


def choose_password(client: Client, link: str, password: str) -> int:
    form = client.get(link, follow=True)
    action = form.redirect_chain[-1][0] if form.redirect_chain else link
    return client.post(action, {"password1": password, "password2": password}).status_code


def test_who_is_added_chooses_a_password_by_the_link_and_signs_in(openmsix: Terminal, client: Client) -> None:
    ended = add(openmsix, "--name", "Ana Ruiz")
    assert ended.code == Exit.DONE
    assert "Ana Ruiz (ana@tx.example) is State Data Administrator, Texas." in ended.said
    user = User.objects.get(email=ANA)
    assert not user.has_usable_password()
    assert choose_password(client, link_in(ended), PASSWORD) == 302
    assert client.post("/sign-in/", {"login": ANA, "password": PASSWORD}).status_code == 302
    assert client.get("/").status_code == 200
    assert [hat.label for hat in hats.of(user)] == ["State Data Administrator, Texas"]


def test_a_link_works_once(openmsix: Terminal, client: Client) -> None:
    link = link_in(add(openmsix, "--name", "Ana Ruiz"))
    choose_password(client, link, PASSWORD)
    assert choose_password(Client(), link, "another long password") == 200  # the page that says so
    assert User.objects.get(email=ANA).check_password(PASSWORD)


def test_each_step_is_in_the_audit_under_the_operators_hat(openmsix: Terminal) -> None:
    add(openmsix, "--name", "Ana Ruiz")
    openmsix("people", "end", ANA)
    rows = Event.objects.filter(subject_type="user").order_by("pk").values_list("actor", "action")
    assert list(rows) == [
        ("operator", "accounts:user:created"),
        ("operator", "accounts:role:held"),
        ("operator", "accounts:password:link_given"),
        ("operator", "accounts:role:ended"),
        ("operator", "accounts:user:closed"),
    ]


def test_adding_again_adds_another_hat_and_repeats_nothing(openmsix: Terminal) -> None:
    school = places_in("TX").school
    add(openmsix, "--name", "Ana Ruiz")
    User.objects.get(email=ANA).set_password(PASSWORD)
    for _ in range(2):
        assert add(openmsix, role="Primary User", place=school.code).code == Exit.DONE
    assert [hat.label for hat in hats.of(User.objects.get(email=ANA))] == [
        "State Data Administrator, Texas",
        f"Primary User, {school.name}",
    ]


def test_who_has_a_password_is_shown_no_link(openmsix: Terminal) -> None:
    user = person("primary")
    ended = openmsix("people", "add", user.email, "--role", "secondary", "--place", "TX")
    assert ended.code == Exit.DONE
    assert "http" not in ended.said


@pytest.mark.parametrize(
    ("role", "place", "words"),
    [
        ("boss", "TX", "There is no role boss. There are: secondary, primary,"),
        ("state_data_administrator", "TY", "There is no state TY. Near it: TN (Tennessee), TX (Texas)."),
        ("state_data_administrator", "texas", "Near it: TX (Texas)."),
        ("state_data_administrator", "nation", "is held at a state, and United States (nation) is a nation."),
        ("ome", "TX", "The role Office of Migrant Education is held at a nation, and Texas (TX) is a state. Near it: US"),
        ("primary", "480000100009", "Near it: 480000100001 (TX Lincoln Elementary)"),
        ("primary", "lincoln", "Near it: 480000100001 (TX Lincoln Elementary)"),
        ("district_data_administrator", "480000100001", "is a school. Near it: 4800001 (TX Valley District)."),
        ("primary", "", "There is no"),
    ],
)  # fmt: skip
def test_a_role_or_place_that_is_none_is_refused_with_those_near_it(
    role: str, place: str, words: str, openmsix: Terminal
) -> None:
    places_in("TX")
    ended = add(openmsix, "--name", "Ana Ruiz", role=role, place=place)
    assert ended.code == Exit.USAGE
    assert words in _unboxed(ended)
    assert not User.objects.exists()


def _unboxed(ended: Ended) -> str:
    """Without the frame that the terminal draws around a fault of usage."""
    return " ".join(ended.said.replace("│", " ").split())


@pytest.mark.parametrize(
    ("email", "more", "words"),
    [
        ("new@example.org", (), "Give the person's name: --name."),
        ("nobody", ("--name", "Nobody"), "nobody is no e-mail address."),
        ("primary.tx@example.org", ("--name", "Somebody Else"), "is that of Primary User."),
    ],
)
def test_an_account_is_made_for_a_named_person_only(
    email: str, more: tuple[str, ...], words: str, openmsix: Terminal
) -> None:
    person("primary")
    ended = openmsix("people", "add", email, "--role", "primary", "--place", "TX", *more)
    assert ended.code == Exit.USAGE
    assert words in _unboxed(ended)
    assert User.objects.count() == 1


def test_one_role_ends_and_the_others_go_on(openmsix: Terminal) -> None:
    user = person("primary")
    openmsix("people", "add", user.email, "--role", "secondary", "--place", "TX")
    assert openmsix("people", "end", user.email, "--role", "primary").code == Exit.DONE
    assert [hat.role.key for hat in hats.of(user)] == ["secondary"]
    assert openmsix("people", "end", user.email, "--place", "CA").code == Exit.USAGE
    assert openmsix("people", "end", user.email, "--place", "TX").code == Exit.DONE
    assert hats.of(user) == []


def test_who_is_ended_is_signed_out_at_once_and_no_link_or_password_works(
    openmsix: Terminal, client: Client
) -> None:
    link = link_in(add(openmsix, "--name", "Ana Ruiz"))
    client.force_login(User.objects.get(email=ANA))
    assert client.get("/").status_code == 200
    assert openmsix("people", "end", ANA).code == Exit.DONE
    assert client.get("/").headers["Location"].startswith("/sign-in/")
    choose_password(Client(), link, PASSWORD)
    assert not User.objects.get(email=ANA).has_usable_password()
    assert not Holding.objects.live().exists()
    for command in ("end", "password"):
        assert openmsix("people", command, ANA).code == Exit.USAGE


def test_who_comes_back_is_named_and_gets_a_new_link_and_only_the_new_role(openmsix: Terminal) -> None:
    add(openmsix, "--name", "Ana Ruiz")
    openmsix("people", "end", ANA)
    assert add(openmsix, role="secondary").code == Exit.USAGE
    link_in(add(openmsix, "--name", "ana ruiz", role="secondary"))
    assert [hat.role.key for hat in hats.of(User.objects.get(email=ANA))] == ["secondary"]


def test_list_tells_who_holds_what_where(openmsix: Terminal) -> None:
    assert "Nobody has access yet" in openmsix("people", "list").said
    add(openmsix, "--name", "Ana Ruiz")
    person("primary", "CA")
    everybody, of_texas = openmsix("people", "list"), openmsix("people", "list", "--state", "tx")
    assert "primary.ca@example.org" in everybody.said
    assert "primary.ca@example.org" not in of_texas.said
    for words in ("Ana Ruiz", ANA, "state_data_administrator", "Texas (TX)", "never, no password yet"):
        assert words in of_texas.said


def test_a_new_password_is_chosen_by_a_link_and_the_old_one_holds_until_then(
    openmsix: Terminal, client: Client
) -> None:
    user = person("primary")
    link = link_in(openmsix("people", "password", user.email))
    assert User.objects.get().check_password(PASSWORD)
    choose_password(client, link, "another long password")
    assert User.objects.get().check_password("another long password")


@pytest.mark.parametrize(
    ("origins", "given", "begins"),
    [
        ("https://*.example.org https://msix.example.org", (), "https://msix.example.org/sign-in/"),
        ("", ("--site", "https://other.example.org/"), "https://other.example.org/sign-in/"),
    ],
)
def test_the_link_leads_to_the_site_that_is_named(
    origins: str, given: tuple[str, ...], begins: str, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENMSIX_ORIGINS", origins)
    assert begins in openmsix("people", "password", person("primary").email, *given).said


def test_a_site_that_is_none_is_refused(openmsix: Terminal) -> None:
    ended = openmsix("people", "password", person("primary").email, "--site", "example.org")
    assert ended.code == Exit.USAGE


def test_who_chose_a_password_is_led_to_sign_in_and_a_used_link_says_so(
    openmsix: Terminal, client: Client
) -> None:
    link = link_in(add(openmsix, "--name", "Ana Ruiz"))
    form = client.get(link, follow=True)
    assert "Choose your password" in form.content.decode()
    new = {"password1": PASSWORD, "password2": PASSWORD}
    done = client.post(form.redirect_chain[-1][0], new, follow=True).content.decode()
    assert "Your password is saved" in done
    assert 'href="/sign-in/"' in done
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()
