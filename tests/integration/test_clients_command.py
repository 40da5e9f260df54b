"""`openmsix clients`: from nobody to a system that holds a token, and back."""

import re

import pytest

from openmsix.accounts.models import ApiClient
from openmsix.audit.models import Event
from openmsix.ops.exits import Exit
from tests.command_line import Ended, Terminal
from tests.integration.api import ask_token

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]


@pytest.fixture
def openmsix(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("DATABASE_URL", "postgresql://there/is")  # asked only whether there is an exchange
    return Terminal(monkeypatch, capsys)


def told(ended: Ended) -> tuple[str, str]:
    """The id and the secret, each alone behind its name."""
    assert ended.code == Exit.DONE, ended.said
    [client_id] = re.findall(r"^client_id +(\S+)$", ended.out, re.MULTILINE)
    [secret] = re.findall(r"^client_secret +(\S+)$", ended.out, re.MULTILINE)
    return client_id, secret


def add(openmsix: Terminal, *scopes: str, state: str = "TX", name: str = "Nightly export") -> Ended:
    words = [word for scope in scopes for word in ("--scope", scope)]
    return openmsix("clients", "add", state, "--name", name, *words)


def test_a_client_gets_its_secret_once_and_a_token_with_it(openmsix: Terminal) -> None:
    client_id, secret = told(add(openmsix, "ids:read", "submissions:write submissions:read"))
    assert client_id.startswith("tx-")
    answer = ask_token(client_id, secret)
    assert answer.json()["scope"] == "ids:read submissions:read submissions:write"
    listed = openmsix("clients", "list", "--state", "TX")
    assert client_id in listed.out
    assert "Nightly export" in listed.out
    assert secret not in listed.out
    assert openmsix("clients", "list", "--state", "CA").said.startswith("There is no client yet.")
    [event] = Event.objects.filter(action="accounts:client:added")
    assert event.detail == {"state": "TX", "scopes": ["ids:read", "submissions:read", "submissions:write"]}


def test_the_second_of_two_secrets_goes_on_when_the_first_is_ended(openmsix: Terminal) -> None:
    first, old = told(add(openmsix, "ids:read"))
    second, new = told(openmsix("clients", "rotate", first))
    assert [ask_token(*each).status_code for each in ((first, old), (second, new))] == [200, 200]
    assert openmsix("clients", "end", first).code == Exit.DONE
    assert [ask_token(*each).status_code for each in ((first, old), (second, new))] == [401, 200]
    assert ApiClient.objects.get(pk=second).replaces_id == first
    assert first not in openmsix("clients", "list").out
    assert first in openmsix("clients", "list", "--ended").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "XX", "--name", "x", "--scope", "ids:read"), "no State"),
        (("add", "TX", "--name", "x", "--scope", "everything"), "There is no scope everything"),
        (("add", "TX", "--name", " ", "--scope", "ids:read"), "needs a name"),
        (("add", "TX", "--name", "x", "--scope", ""), "needs one scope or more"),
        (("rotate", "tx-0"), "There is no client tx-0"),
        (("end", "tx-0"), "There is no client tx-0"),
    ],
)
def test_what_is_not_possible_is_said_in_words(openmsix: Terminal, words: tuple[str, ...], said: str) -> None:
    ended = openmsix("clients", *words)
    assert ended.code == Exit.USAGE
    assert said in " ".join(re.sub("[│╭╰─╮╯]", " ", ended.said).split())
    assert not ApiClient.objects.exists()


def test_an_ended_client_is_not_ended_again(openmsix: Terminal) -> None:
    client_id, _ = told(add(openmsix, "ids:read"))
    openmsix("clients", "end", client_id)
    assert openmsix("clients", "end", client_id).code == Exit.USAGE
