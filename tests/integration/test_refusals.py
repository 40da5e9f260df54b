"""What the terminal says of a refused page: one plain line, with the name of the page and never its address."""

import io
import logging
from collections.abc import Iterator

import psycopg
import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client

from openmsix.logs.gate import PlainLines
from tests.people import person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]


@pytest.fixture
def terminal() -> Iterator[io.StringIO]:
    """What the settings' own handler writes for people."""
    handler = next(each for each in logging.getLogger().handlers if each.name == "console")
    assert isinstance(handler, logging.StreamHandler)
    written, form = io.StringIO(), handler.formatter
    before = handler.setStream(written)
    handler.setFormatter(PlainLines())
    yield written
    handler.setFormatter(form)
    if before is not None:
        handler.setStream(before)


@pytest.mark.parametrize(
    ("address", "method", "line"),
    [
        ("/tasks/", "get", "403 refused at tasks:list"),
        ("/children/maria-lopez-2014/", "get", "403 refused at children:record"),
        ("/maria-lopez-2014/?born=2014-03-12", "get", "404 refused at no page of ours"),
        ("/help/maria-lopez-2014", "get", "404 refused at help:topic"),
        ("/operating/x/retry/", "get", "403 refused at home:retry"),
        ("/account/", "post", "403 refused at people:account"),
        ("/account/", "delete", "405 refused at people:account"),
    ],
)
def test_a_refusal_is_one_line_that_names_the_page_and_nothing_of_its_address(
    terminal: io.StringIO, address: str, method: str, line: str
) -> None:
    client = Client(enforce_csrf_checks=method == "post")
    client.force_login(person("batch_submitter"))
    getattr(client, method)(address)
    written = terminal.getvalue()
    assert line in written
    assert written.count("\n") == 1
    assert "maria" not in written


def test_a_wrong_host_is_named_without_a_traceback_for_the_operator_may_have_to_allow_it(
    terminal: io.StringIO,
) -> None:
    assert Client().get("/", headers={"host": "elsewhere.example"}).status_code == 400
    written = terminal.getvalue()
    assert "elsewhere.example" in written
    assert "Traceback" not in written
    assert written.count("\n") == 1


def test_an_address_that_only_takes_forms_explains_itself_when_it_is_opened() -> None:
    answer = Client().get("/language/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "Nothing was changed" in answer.content.decode()


def test_while_the_database_is_away_each_request_is_one_line(
    terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*given: object, **more: object) -> None:
        raise OperationalError("connection refused\nDETAIL") from psycopg.OperationalError()

    monkeypatch.setattr("openmsix.accounts.hats.of", away)
    client = Client(raise_request_exception=False)
    client.force_login(person("batch_submitter"))
    assert client.get("/children/maria-lopez-2014/").status_code == 503
    written = terminal.getvalue()
    assert "503 at children:record: the database is away" in written
    assert "refused" not in written
    assert written.count("\n") == 1


def test_a_fault_of_ours_is_told_by_its_kind_and_place_and_never_by_its_words(
    terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "Lo" + "pez"  # a line of a program may stand in the log, so it must not hold the name

    def broken(*given: object, **more: object) -> None:
        try:
            raise IntegrityError(f"Key (last_name)=({name}) exists")
        except IntegrityError as cause:
            raise ValueError(name) from cause

    monkeypatch.setattr("openmsix.accounts.hats.of", broken)
    client = Client(raise_request_exception=False)
    client.force_login(person("batch_submitter"))
    assert client.get("/children/maria-lopez-2014/").status_code == 500
    written = terminal.getvalue()
    assert "500 at children:record: ValueError after django.db.utils.IntegrityError" in written
    assert "in broken" in written
    assert "lopez" not in written.lower()
