"""Who may open which address: every address of the site, for every role inside and outside its place, and for nobody.

The addresses are found by walking the site's own list of them, so that a new page is held to its rule from
its first day.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views import View

from openmsix.accounts import actions, hats
from openmsix.accounts.hats import Hat
from openmsix.accounts.models import User
from openmsix.accounts.permissions import Permission
from openmsix.accounts.roles import ROLES
from openmsix.places.models import Place
from openmsix.web import access
from openmsix.web.access import Rule, rule_of
from openmsix.web.methods import READ, WRITE, served_by_class
from tests.integration.url_samples import World, make_world, prepare, sample
from tests.people import BY, PASSWORD, person

pytestmark = pytest.mark.one_engine
REFUSED = (403, 404)


@dataclass(frozen=True)
class Address:
    """One address of the site."""

    name: str
    view: Callable[..., Any]
    parts: tuple[str, ...]


def addresses() -> list[Address]:
    """Every address of the pages. Those of the API are held to their scopes in `test_api_access`."""
    every = sorted(_walk(get_resolver(), "", ()), key=lambda address: address.name)
    return [address for address in every if not address.name.startswith("api:")]


def _walk(resolver: URLResolver, room: str, parts: tuple[str, ...]) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        more = (*parts, *entry.pattern.converters, *entry.pattern.regex.groupindex)
        more = tuple(dict.fromkeys(more))
        if isinstance(entry, URLResolver):
            yield from _walk(entry, f"{room}{entry.namespace}:" if entry.namespace else room, more)
        elif isinstance(entry, URLPattern):
            yield Address(f"{room}{entry.name}", entry.callback, more)


def test_every_view_says_who_may_open_it() -> None:
    undeclared = [address.name for address in addresses() if rule_of(address.view) is None]
    assert undeclared == [], "decorate them with opens(...), opens_to_signed_in or opens_to_all"


def test_every_address_has_a_name_and_an_example_to_be_tried_with() -> None:
    lacking = [
        (address.name, part)
        for address in addresses()
        for part in address.parts
        if sample(address.name, part) is None
    ]
    assert lacking == [], "add them to tests/integration/url_samples.py"
    assert [address for address in addresses() if address.name.endswith("None")] == []


def methods(address: Address) -> frozenset[str] | None:
    """The methods that a view says it serves; None if it says nothing."""
    if served := served_by_class(address.view):
        return served
    try:
        answer = address.view(RequestFactory().generic("BREW", "/"), **dict.fromkeys(address.parts, "x"))
    except Exception:
        return None
    return frozenset(answer["Allow"].split(", ")) if answer.status_code == 405 else None


def test_every_view_serves_reading_or_writing_or_both_and_says_so() -> None:
    found = {address.name: methods(address) for address in addresses()}
    wrong = {name: served for name, served in found.items() if served not in (READ, WRITE, READ | WRITE)}
    assert wrong == {}, "decorate them with require_safe, require_POST or require_http_methods(...)"


def _refused(client: Client, url: str, served: frozenset[str]) -> dict[str, int]:
    """The answers to methods that the view does not serve, where they are not 405."""
    tried = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "BREW")
    answers = {method: client.generic(method, url) for method in tried if method not in served}
    wrong = {name: found.status_code for name, found in answers.items() if found.status_code != 405}
    return wrong | {f"{name} without Allow": 405 for name, found in answers.items() if "Allow" not in found}


@pytest.mark.django_db
def test_every_address_refuses_the_methods_that_it_does_not_serve() -> None:
    world = make_world()
    wrong = {}
    visitors = list(_visitors())
    for address in addresses():
        rule = rule_of(address.view)
        served = methods(address)
        assert rule
        assert served
        visitor = next(one for one in visitors if one.user and (rule.everyone or rule.admits(one.hat)))
        url = _url(address, world)
        if found := _refused(visitor.client, url, served):
            wrong[address.name] = found
        if found := _refused(Client(), url, READ | WRITE):
            wrong[f"{address.name}, nobody"] = found
    assert wrong == {}


def test_the_table_of_other_packages_views_names_only_views_there_are() -> None:
    named = set()
    for address in addresses():
        view = getattr(address.view, "view_class", address.view)
        named.add(f"{view.__module__}.{view.__qualname__}")
    assert set(access.OTHERS) - named == set()


@dataclass(frozen=True)
class Visitor:
    """Somebody who tries every address: a browser, and the hat it wears."""

    name: str
    client: Client
    user: User | None = None
    hat: Hat | None = None
    outcomes: list[str] = field(default_factory=list)


def _visitors() -> Iterator[Visitor]:
    yield Visitor("nobody", Client())
    stranger = actions.create_user(email="none@example.org", name="No role", password=PASSWORD, by=BY)
    yield _signed_in("no role", stranger)
    for key in ROLES:
        for state in ("TX", "CA"):
            yield _signed_in(f"{key} of {state}", person(key, state))


def _signed_in(name: str, user: User) -> Visitor:
    # With a second step, so that there is something behind the addresses about it.
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    hat = next(iter(hats.of(user)), None)
    if hat is not None:
        prepare(client, hat)
    return Visitor(name, client, user, hat)


def _url(address: Address, world: World) -> str:
    values = {part: found.value(world) for part in address.parts if (found := sample(address.name, part))}
    return reverse(address.name, kwargs=values)


def _shown(address: Address, hat: Hat | None) -> bool:
    """Whether what stands in the address is shown to somebody who may open the page."""
    found = [one for part in address.parts if (one := sample(address.name, part))]
    return all(hat is not None and one.shown_to(hat) for one in found) if address_is_held(address) else True


def address_is_held(address: Address) -> bool:
    """Whether the page opens to permissions; other pages show the same to everyone."""
    rule = rule_of(address.view)
    return rule is not None and bool(rule.permissions)


def _fault(address: Address, url: str, rule: Rule, visitor: Visitor) -> str | None:
    """What is wrong with the answer; None if it is as the rule says."""
    answer = visitor.client.get(url)
    to_sign_in = answer.get("Location", "").startswith("/sign-in/?next=")
    status = answer.status_code
    if status >= 500:
        return f"{visitor.name}: {url} failed with {status}"
    if visitor.user is None and not rule.everyone:
        right, wish = to_sign_in, "be sent to sign in"
    elif visitor.user is not None and not rule.everyone and not rule.admits(visitor.hat):
        right, wish = status == 403, "be refused with 403"
    elif not _shown(address, visitor.hat):
        status = visitor.client.post(url).status_code if status == 405 else status
        right, wish = status in REFUSED, "not be shown it (403 or 404)"
    else:
        right, wish = status not in REFUSED and not to_sign_in, "be let in"
    return None if right else f"{visitor.name}: {url} should {wish}, answered {status}"


@pytest.mark.django_db
def test_every_address_opens_to_whom_its_rule_says_and_to_nobody_else() -> None:
    world = make_world()
    faults = []
    for visitor in _visitors():
        for address in addresses():
            rule = rule_of(address.view)
            if rule is not None and address.name not in {"account_logout", "people:sign_out"}:
                faults.append(_fault(address, _url(address, world), rule, visitor))
    assert "\n".join(fault for fault in faults if fault) == ""


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["state_data_administrator", "primary", "batch_submitter", "operator"])
def test_nothing_that_somebody_signed_in_is_shown_stays_in_a_browser(role: str) -> None:
    world = make_world()
    visitor = _signed_in(role, person(role, "TX"))
    kept = []
    for address in addresses():
        if address.name not in {"account_logout", "people:sign_out"}:
            answer = visitor.client.get(_url(address, world))
            if answer.get("Cache-Control") != "private, no-store":
                kept.append((address.name, answer.get("Cache-Control")))
    assert kept == []


@pytest.mark.django_db
def test_a_view_without_a_rule_opens_to_nobody(client: Client) -> None:
    def undeclared(request: HttpRequest) -> HttpResponse:
        return HttpResponse("a secret")

    middleware = access.AccessMiddleware(lambda request: HttpResponse())
    request = RequestFactory().get("/")
    request.user = person("primary")
    request.session = client.session
    middleware(request)
    with pytest.raises(PermissionDenied, match="no rule"):
        middleware.process_view(request, undeclared, (), {})


@pytest.mark.django_db
def test_a_hat_is_needed_even_when_the_person_could_wear_a_right_one(client: Client) -> None:
    user = person("primary", "TX")
    actions.hold_role(user=user, role="batch_submitter", place=Place.objects.state("TX"), by=BY)
    client.force_login(user)
    tasks = reverse("tasks:list")
    answer = client.get(tasks)
    assert answer.headers["Location"] == f"/hats/?next={quote(tasks, safe='')}"
    part = client.get(tasks, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, answer.headers["Location"])


@pytest.mark.django_db
def test_a_part_of_a_page_asked_for_after_signing_out_sends_the_whole_page_to_sign_in(client: Client) -> None:
    part = client.get(reverse("tasks:list"), headers={"HX-Request": "true"})
    assert part.status_code == 401
    assert part.headers["HX-Redirect"].startswith("/sign-in/?next=")


def test_a_rule_admits_whoever_wears_one_of_its_permissions() -> None:
    rule = Rule(permissions=frozenset({Permission.SEE_TASKS, Permission.OPERATE}))
    assert rule.admits(Hat.system("worker"))
    assert not rule.admits(None)
    assert access.SIGNED_IN.admits(None)


def test_a_class_of_views_declares_its_rule_like_a_function() -> None:
    @access.opens(Permission.OPERATE)
    class Page(View):
        """A page."""

    assert rule_of(Page.as_view()) == Rule(permissions=frozenset({Permission.OPERATE}))
