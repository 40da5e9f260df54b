"""Who may call which operation of the API: clients, secrets, tokens, scopes, States, and how often."""

import io
import re
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from openmsix.accounts import clients
from openmsix.accounts.models import ApiClient
from openmsix.accounts.scopes import Scope
from openmsix.api.access import Holds
from openmsix.api.document import document
from openmsix.api.urls import api
from openmsix.audit.models import Event
from openmsix.matching.model_file import ModelNotUsable
from tests.integration.api import ROOT, System, ask_token, client_of, problem, system, token_of
from tests.integration.test_refusals import terminal as terminal
from tests.integration.url_samples import World, make_world
from tests.people import BY

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]
OPEN = {"index", "token", "openapi"}


def operations() -> list[tuple[str, str, str, str]]:
    """Every operation that needs a scope: id, method, address, scope."""
    found = []
    for address, methods in document(api)["paths"].items():
        for method, details in methods.items():
            for held in details.get("security", ()):
                [scope] = held[Holds.__name__]
                found.append((details["operationId"], method.upper(), address, scope))
    return found


def concrete(address: str, world: World) -> str:
    """The address with Texas' submission or child in it."""
    ref = world.child.ref if "/students/" in address else world.submission.ref
    return address.replace("{ref}", ref)


BODIES: dict[str, dict[str, Any]] = {
    "search": {"text": "Ana Ruiz"},
    "match": {"purpose": "enrollment", "student": {"first_name": "Ana"}},
    "record": {"purpose": "enrollment", "msix_id": "100000000001"},
    "record_of_ref": {"purpose": "enrollment"},
}


def call(one: System, operation: str, method: str, address: str) -> Any:
    if operation == "submit":
        return one.send(b"not a zip")
    return one.post(address, BODIES[operation]) if method == "POST" else one.get(address)


def test_every_address_of_the_api_is_an_operation_with_a_scope_or_open_to_all() -> None:
    [patterns] = [
        one.url_patterns
        for one in get_resolver().url_patterns
        if isinstance(one, URLResolver) and one.namespace == "api"
    ]
    names = {entry.name for entry in patterns if isinstance(entry, URLPattern)}
    assert names == OPEN | {operation for operation, *_ in operations()}


def test_every_operation_opens_to_its_scope_and_to_nothing_else() -> None:
    world, made = make_world(), client_of()
    wrong = []
    for operation, method, address, scope in operations():
        path = concrete(address, world)
        nobody = Client().generic(method, path, b"{}", content_type="application/json")
        assert problem(nobody) == "no-token"
        assert nobody.status_code == 401
        assert nobody["WWW-Authenticate"].startswith("Bearer")
        others = System(made, token_of(made, [each for each in Scope if each != scope]))
        refused = call(others, operation, method, path)
        assert problem(refused) == "scope-missing"
        assert refused.status_code == 403
        assert f'scope="{scope}"' in refused["WWW-Authenticate"]
        answer = call(System(made, token_of(made, [Scope(scope)])), operation, method, path)
        if answer.status_code not in (200, 202):
            wrong.append((operation, answer.status_code, answer.content))
    assert wrong == []


def test_another_states_submission_is_as_if_there_were_none() -> None:
    world, california = make_world(), system("CA")
    for operation, method, address, _ in operations():
        if "/submissions/{ref}" in address:
            answer = call(california, operation, method, concrete(address, world))
            assert (answer.status_code, problem(answer)) == (404, "not-found")
    assert california.get("submissions").json()["submissions"] == []
    assert california.get(f"submissions?before={world.submission.ref}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_every_address_says_which_methods_it_serves(method: str) -> None:
    world, texas = make_world(), system("TX")
    for address, methods in document(api)["paths"].items():
        served = {each.upper() for each in methods} | ({"HEAD"} if "get" in methods else set())
        if method not in served:
            answer = texas.call(method, concrete(address, world))
            assert answer.status_code == 405, (method, address)
            assert set(re.split(", ?", answer["Allow"])) <= served


def test_an_unknown_address_is_a_problem_too() -> None:
    for path in ("/api/", f"{ROOT}/nothing", f"{ROOT}/submissions/", "/api/v2/submissions", f"{ROOT}/%00"):
        answer = Client().get(path)
        assert (answer.status_code, problem(answer)) == (404, "not-found")


def test_whatever_is_read_with_get_is_read_with_head_too() -> None:
    assert system().call("HEAD", "submissions").status_code == 200


def test_a_host_that_is_not_ours_is_a_bad_request() -> None:
    answer = Client().get(f"{ROOT}/openapi.json", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, problem(answer)) == (400, "bad-request")


@pytest.mark.parametrize(
    ("fault", "status", "key"),
    [
        (RuntimeError("Ana Ruiz"), 500, "fault"),
        (psycopg.OperationalError("gone"), 503, "unavailable"),
        (ModelNotUsable("Ana"), 503, "unavailable"),
    ],
)
def test_a_fault_of_ours_is_a_problem_with_a_name_and_no_words_of_the_fault(
    monkeypatch: pytest.MonkeyPatch,
    terminal: io.StringIO,
    fault: Exception,
    status: int,
    key: str,
) -> None:
    def fails(state: str) -> int:
        raise fault

    monkeypatch.setattr("openmsix.api.ids.last_mark", fails)
    answer = system().get("id-changes")
    assert (answer.status_code, problem(answer)) == (status, key)
    logged = terminal.getvalue()
    assert f"{status} at api:id_changes" in logged
    assert "Ana" not in logged + answer.content.decode()


def test_the_api_sets_no_cookie_and_asks_for_none() -> None:
    texas = system()
    for answer in (texas.get("submissions"), Client().get(f"{ROOT}/openapi.json"), Client().get(f"{ROOT}/x")):
        assert not answer.cookies
        assert "Vary" not in answer
        assert "Set-Cookie" not in answer
        assert "default-src" in answer["Content-Security-Policy"]


def test_a_session_of_a_person_opens_nothing_of_the_api(client: Client) -> None:
    from tests.people import person

    client.force_login(person("batch_submitter"))
    assert client.get(f"{ROOT}/submissions").status_code == 401


def test_a_wrong_secret_gives_no_token_and_is_written_down() -> None:
    made = client_of()
    answer = ask_token(made.client.pk, "wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert (
        Event.objects.filter(action="accounts:client:token_refused", subject_id=made.client.pk).count() == 1
    )
    assert ask_token("nobody", "wrong").json()["error"] == "invalid_client"
    assert Event.objects.filter(action="accounts:client:token_refused").count() == 1


@pytest.mark.parametrize("client_id", ["a\0b", "", "ä"])
def test_odd_names_of_clients_are_refused(client_id: str) -> None:
    assert ask_token(client_id, "x").status_code in (400, 401)


def test_secrets_and_tokens_are_kept_as_hashes_only() -> None:
    made = client_of()
    one = System(made, ask_token(made.client.pk, made.secret).json()["access_token"])
    assert one.get("submissions").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("select secret from allauth_idp_oidc_client")
        assert one.made.secret not in str(cursor.fetchall())
        cursor.execute("select to_jsonb(t)::text from allauth_idp_oidc_token t")
        assert one.token not in str(cursor.fetchall())


def test_a_token_holds_only_the_scopes_that_were_asked_for() -> None:
    made = client_of("TX", [Scope.IDS_READ, Scope.SUBMISSIONS_READ])
    answer = ask_token(made.client.pk, made.secret, scope="ids:read")
    assert answer.json()["scope"] == "ids:read"
    assert answer.json()["expires_in"] == 900
    narrow = System(made, answer.json()["access_token"])
    assert narrow.get("id-changes").status_code == 200
    assert narrow.get("submissions").status_code == 403
    refused = ask_token(made.client.pk, made.secret, scope="students:read")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "x"])
def test_no_other_grant_gives_a_token(grant: str) -> None:
    made = client_of()
    answer = ask_token(made.client.pk, made.secret, grant_type=grant, code="x", refresh_token="x")
    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.json()


def test_a_token_in_the_address_opens_nothing() -> None:
    one = system()
    assert Client().get(f"{ROOT}/submissions?access_token={one.token}").status_code == 401


def test_ending_a_client_kills_its_tokens_at_once() -> None:
    one = system()
    assert one.get("submissions").status_code == 200
    clients.end_client(client=one.made.client, by=BY)
    answer = one.get("submissions")
    assert (answer.status_code, problem(answer)) == (401, "no-token")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]
    assert ask_token(one.made.client.pk, one.made.secret).status_code == 401


def test_a_token_given_while_its_client_was_ended_opens_nothing_either() -> None:
    one = system()
    ApiClient.objects.filter(pk=one.made.client.pk).update(ended_at=one.made.client.made_at)
    assert one.get("submissions").status_code == 401


def test_a_rotated_client_works_beside_the_first_until_that_is_ended() -> None:
    first = system()
    made = clients.rotate_client(client=first.made.client, by=BY)
    second = System(made, ask_token(made.client.pk, made.secret).json()["access_token"])
    assert made.client.scopes == first.made.client.scopes
    assert [one.get("submissions").status_code for one in (first, second)] == [200, 200]
    clients.end_client(client=first.made.client, by=BY)
    assert [one.get("submissions").status_code for one in (first, second)] == [401, 200]
    with pytest.raises(clients.NotAClient):
        clients.rotate_client(client=first.made.client, by=BY)


def test_what_is_done_to_clients_is_written_down() -> None:
    one = system()
    assert ask_token(one.made.client.pk, one.made.secret).status_code == 200
    clients.rotate_client(client=one.made.client, by=BY)
    clients.end_client(client=one.made.client, by=BY)
    told = Event.objects.filter(subject_type="client", subject_id=one.made.client.pk).order_by("pk")
    verbs = [action.rpartition(":")[2] for action in told.values_list("action", flat=True)]
    assert verbs == ["added", "token_given", "rotated", "ended"]


def test_a_client_needs_a_name_a_scope_and_a_state() -> None:
    from openmsix.places.models import Place

    texas, nation = Place.objects.state("TX"), Place.objects.nation()
    for place, name, scopes in ((texas, " ", list(Scope)), (texas, "x", []), (nation, "x", list(Scope))):
        with pytest.raises(clients.NotAClient):
            clients.add_client(place=place, name=name, scopes=scopes, by=BY)


@override_settings(API_CALLS_A_MINUTE=3)
def test_too_many_calls_in_a_minute_are_refused_with_the_seconds_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("openmsix.api.calls.time.time", lambda: 1_000_000_010.0)
    one, other = system(), system("CA")
    answers = [one.get("submissions") for _ in range(4)]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert (answers[3].status_code, problem(answers[3])) == (429, "too-many-calls")
    assert answers[3]["Retry-After"] == answers[3]["RateLimit-Reset"] == "10"
    assert other.get("submissions").status_code == 200
    monkeypatch.setattr("openmsix.api.calls.time.time", lambda: 1_000_000_020.0)
    assert one.get("submissions").status_code == 200


def test_guessing_secrets_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openmsix.api.calls.TOKENS_A_MINUTE", 2)
    statuses = [ask_token("nobody", str(number)).status_code for number in range(3)]
    assert statuses == [401, 401, 429]


def test_token_and_limit_take_two_statements() -> None:
    one = system()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert one.get("submissions/TX-1-NONE").status_code == 404
    before = [
        query["sql"]
        for query in queries
        if "intake_submission" not in query["sql"] and "SAVEPOINT" not in query["sql"]
    ]
    assert len(before) == 2
