"""Signing in, second steps, hats and the own account, as a browser meets them."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from openmsix.accounts import actions, hats
from openmsix.accounts.models import User
from openmsix.audit.models import Event
from openmsix.places.models import Place
from tests.people import BY, PASSWORD, person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]
SIGN_IN = "/sign-in/"


@pytest.fixture(autouse=True)
def _no_tries_yet(db: None) -> None:
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def test_the_sign_in_page_says_that_use_is_recorded_and_whose_system_it_is_not(client: Client) -> None:
    page = client.get(SIGN_IN).content.decode()
    assert "monitored and recorded" in page
    assert "not the U.S. Department of Education’s system" in page
    assert page.count("<h1") == 1
    assert 'autocomplete="current-password"' in page


def test_a_person_signs_in_with_the_address_in_any_case_and_comes_back_to_the_page_asked_for(
    client: Client,
) -> None:
    user = person("primary")
    answer = sign_in(client, user.email.upper(), next="/account/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert Event.objects.get(action="accounts:user:signed_in").actor == user.email


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(client: Client, where: str) -> None:
    user = person("primary")
    assert sign_in(client, user.email, next=where).headers["Location"] == "/"
    (hat,) = hats.of(user)
    chosen = client.post("/hats/", {"holding": str(hat.holding_id), "next": where})
    assert chosen.headers["Location"] == reverse("home:home")


def test_a_wrong_password_says_the_same_as_an_unknown_address(client: Client) -> None:
    user = person("primary")
    texts = []
    for email in (user.email, "nobody@example.org"):
        answer = sign_in(client, email, "wrong password here")
        assert answer.status_code == 200
        texts.append(re.findall(r"usa-alert__text\">([^<]*)<", answer.content.decode()))
        assert "wrong password here" not in answer.content.decode()
    assert texts[0] == texts[1]
    assert Event.objects.filter(action="accounts:user:sign_in_failed").count() == 1


def test_trying_passwords_is_stopped(client: Client) -> None:
    user = person("primary")
    answers = [sign_in(client, user.email, f"wrong password {number}") for number in range(6)]
    assert "Too many" in answers[-1].content.decode()
    assert "Too many" in sign_in(client, user.email).content.decode(), "even the right password waits then"


def test_a_closed_account_cannot_be_signed_in_to(client: Client) -> None:
    user = person("primary")
    User.objects.update(is_active=False)
    sign_in(client, user.email)
    assert "_auth_user_id" not in client.session


def test_closing_an_account_ends_its_session(client: Client) -> None:
    client.force_login(person("primary"))
    assert client.get("/account/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/account/").headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", ["/sign-up/", "/accounts/signup/", "/signup/"])
def test_nobody_makes_an_account_for_themselves(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_signing_out_needs_a_form_and_ends_the_session(client: Client) -> None:
    client.force_login(person("primary"))
    assert client.get("/sign-out/").status_code == 200
    assert client.get("/account/").status_code == 200
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/account/").status_code == 302


def test_a_person_with_two_roles_chooses_one_and_it_is_written_down(client: Client) -> None:
    user = person("primary", "TX")
    actions.hold_role(user=user, role="user_administrator", place=Place.objects.state("TX"), by=BY)
    client.force_login(user)
    page = client.get("/hats/?next=/account/").content.decode()
    assert "Primary User" in page
    assert "User Administrator" in page
    assert "Choose one of the roles" in client.post("/hats/", {"holding": "0"}).content.decode()
    second = hats.of(user)[1]
    answer = client.post("/hats/", {"holding": str(second.holding_id), "next": "/account/"})
    assert answer.headers["Location"] == "/account/"
    assert client.get("/account/").context["request"].hat == second
    assert Event.objects.get(action="accounts:hat:chosen").hat == "User Administrator, Texas"


def test_nobody_puts_on_the_hat_of_another(client: Client) -> None:
    (others,) = hats.of(person("state_data_administrator", "CA"))
    client.force_login(person("primary", "TX"))
    client.post("/hats/", {"holding": str(others.holding_id)})
    assert client.get("/account/").context["request"].hat.role.key == "primary"


def test_a_hat_ended_in_the_middle_of_a_session_is_off_at_once(client: Client) -> None:
    user = person("primary")
    client.force_login(user)
    (hat,) = hats.of(user)
    client.post("/hats/", {"holding": str(hat.holding_id)})
    actions.end_role(holding=user.holdings.get(), by=BY)
    page = client.get("/account/")
    assert page.context["request"].hat is None
    assert "You hold no role yet" in page.content.decode()


def test_the_language_chosen_is_kept_and_spoken_after_the_next_sign_in(client: Client) -> None:
    user = person("primary")
    client.force_login(user)
    assert client.post("/account/", {"locale": "es"}).headers["Location"] == "/account/"
    assert User.objects.get().locale == "es"
    elsewhere = Client()
    sign_in(elsewhere, user.email)
    assert elsewhere.cookies["django_language"].value == "es"
    client.post("/account/", {"locale": "xx"})
    assert User.objects.get().locale == "es"


def test_the_language_chosen_before_signing_in_is_spoken_afterwards_and_kept_with_the_account(
    client: Client,
) -> None:
    user = person("primary")
    client.post("/language/", {"language": "es", "next": SIGN_IN})
    assert "Antes de continuar" in client.get(SIGN_IN).content.decode()
    assert sign_in(client, user.email).cookies["django_language"].value == "es"
    assert User.objects.get().locale == "es"
    assert Event.objects.get(action="accounts:language:changed").actor == user.email


def test_the_language_that_another_person_left_in_the_browser_changes_no_account(client: Client) -> None:
    user = person("primary")
    client.cookies["django_language"] = "es"
    assert sign_in(client, user.email).cookies["django_language"].value == "en"
    assert User.objects.get().locale == "en"


def test_the_language_chosen_on_any_page_is_kept_with_the_account(client: Client) -> None:
    client.force_login(person("primary"))
    answer = client.post("/language/", {"language": "es", "next": "/hats/"})
    assert answer.headers["Location"] == "/hats/"
    assert answer.cookies["django_language"].value == "es"
    assert User.objects.get().locale == "es"
    assert client.post("/language/", {"language": "xx", "next": "//evil.example/"}).headers["Location"] == "/"
    assert User.objects.get().locale == "es"


def test_a_new_password_needs_the_old_one_and_a_strong_word(client: Client) -> None:
    user = person("primary")
    client.force_login(user)
    path = "/account/password/"
    assert client.get(path).status_code == 200
    wrong = client.post(
        path, {"oldpassword": "no", "password1": "a new long secret", "password2": "a new long secret"}
    )
    weak = client.post(
        path, {"oldpassword": PASSWORD, "password1": "password1234", "password2": "password1234"}
    )
    assert "usa-error-message" in wrong.content.decode()
    assert "usa-error-message" in weak.content.decode()
    done = client.post(
        path, {"oldpassword": PASSWORD, "password1": "a new long secret", "password2": "a new long secret"}
    )
    assert done.status_code == 302
    assert User.objects.get().check_password("a new long secret")
    assert client.get("/account/").status_code == 200, "the session goes on"
    assert Event.objects.filter(action="accounts:password:changed", actor=user.email).count() == 1


def test_a_person_whose_account_has_no_password_yet_sets_the_first(client: Client) -> None:
    user = actions.create_user(email="new@example.org", name="New", password=None, by=BY)
    client.force_login(user)
    first = client.get("/account/password/").headers["Location"]
    assert client.get(first).status_code == 200
    client.post(first, {"password1": "a first long secret", "password2": "a first long secret"})
    assert User.objects.get().check_password("a first long secret")


def test_without_a_mail_server_a_forgotten_password_is_a_matter_for_the_operator(
    client: Client, settings: Any
) -> None:
    user = person("primary")
    settings.SENDS_MAIL = False
    for page in (
        client.get("/sign-in/forgotten/"),
        client.post("/sign-in/forgotten/", {"email": user.email}),
    ):
        assert "Ask the operator of this site" in page.content.decode()
    assert mail.outbox == []


def test_a_forgotten_password_is_set_anew_through_a_mail_and_an_unknown_address_gets_none(
    client: Client, settings: Any
) -> None:
    settings.SENDS_MAIL = True
    user = person("primary")
    assert client.get("/sign-in/forgotten/").status_code == 200
    client.post("/sign-in/forgotten/", {"email": "nobody@example.org"})
    assert mail.outbox == []
    client.post("/sign-in/forgotten/", {"email": user.email})
    link = re.search(r"http://[^/]+(/sign-in/forgotten/\S+)", str(mail.outbox[0].body))
    assert link is not None
    form = client.get(link[1], follow=True)
    action = form.redirect_chain[-1][0]
    new = {"password1": "found again, and long", "password2": "found again, and long"}
    assert client.post(action, new).headers["Location"] == "/sign-in/new-password/"
    assert User.objects.get().check_password("found again, and long")
    assert client.get("/sign-in/new-password/").status_code == 200


@pytest.mark.parametrize(
    ("locale", "subject", "says"),
    [
        ("en", "openmsix: choose a new password", "If it was not you, do nothing"),
        ("es", "openmsix: elija una nueva contraseña", "Si no fue usted, no haga nada"),
    ],
)
def test_the_mail_for_a_forgotten_password_is_in_plain_words_of_its_readers_language_and_names_nobody(
    client: Client, settings: Any, locale: str, subject: str, says: str
) -> None:
    settings.SENDS_MAIL = True
    user = person("primary")
    User.objects.filter(pk=user.pk).update(locale=locale)
    client.post("/sign-in/forgotten/", {"email": user.email})
    [sent] = mail.outbox
    assert (sent.subject, sent.to) == (subject, [user.email])
    assert says in sent.body
    assert not {user.name, user.email} & set(re.split(r"\s", str(sent.body)))
    assert "Hello from" not in sent.body


def _code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_a_second_step_is_added_kept_secret_and_asked_for(client: Client) -> None:
    user = person("primary")
    sign_in(client, user.email)
    again = client.get("/account/second-step/totp/activate/").headers["Location"]
    assert again.startswith("/sign-in/again/"), "the password is asked for once more"
    assert client.get(again).status_code == 200
    form = client.post(again, {"password": PASSWORD}, follow=True)
    assert form.redirect_chain[-1][0] == "/account/second-step/totp/activate/"
    assert "<svg" in form.content.decode()
    secret = form.context["form"].secret
    added = client.post("/account/second-step/totp/activate/", {"code": _code(secret)})
    assert added.status_code == 302
    assert client.get("/account/second-step/").status_code == 200
    assert client.get("/account/second-step/recovery-codes/").status_code == 200
    assert secret not in str(Authenticator.objects.get(type="totp").data)
    elsewhere = Client()
    assert sign_in(elsewhere, user.email).headers["Location"].startswith("/account/second-step/authenticate/")
    assert elsewhere.get("/account/").headers["Location"].startswith("/sign-in/")
    assert elsewhere.get("/account/second-step/authenticate/").status_code == 200
    cache.clear()
    assert elsewhere.post("/account/second-step/authenticate/", {"code": _code(secret)}).status_code == 302
    assert elsewhere.get("/account/").status_code == 200


def test_pages_about_signing_in_fit_the_frame_and_carry_no_inline_script_or_style(client: Client) -> None:
    client.force_login(person("primary"))
    for path in ("/account/", "/hats/", "/account/password/", "/account/second-step/", "/sign-out/"):
        text = client.get(path).content.decode()
        assert text.count("<h1") == 1, path
        assert " style=" not in text, path
        assert "onclick=" not in text, path
        assert not re.search(r"<script(?![^>]*(src=|application/json))", text), path


def test_a_whole_room_signs_in_from_one_address_within_a_minute() -> None:
    user = person("primary")
    assert {sign_in(Client(), user.email).status_code for _ in range(40)} == {302}


def test_wrong_passwords_for_one_account_are_stopped_after_a_few_tries(client: Client) -> None:
    user = person("primary")
    for _ in range(5):
        sign_in(client, user.email, "not the password")
    stopped = sign_in(client, user.email)
    assert stopped.status_code != 302
    assert "Wait five minutes" in stopped.content.decode()
    cache.clear()
    assert sign_in(client, user.email).status_code == 302


@pytest.mark.parametrize("page", ["/", SIGN_IN])
def test_a_session_that_no_site_ever_gave_is_as_if_there_were_none(client: Client, page: str) -> None:
    expected = client.get(page).status_code
    for made_up in (r'"aaaaaaaaaaaaaaaa\000"', '"aaaaaaaaaaaaaaa é"', "a" * 5000):
        client.cookies.load(f"sessionid={made_up}")
        assert client.get(page).status_code == expected, made_up
