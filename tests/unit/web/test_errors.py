"""The page for a fault of ours needs neither request nor database."""

import pytest
from django.db import OperationalError, ProgrammingError
from django.test import RequestFactory
from django.utils import translation
from psycopg import OperationalError as Away
from psycopg.errors import AdminShutdown, QueryCanceled, UndefinedColumn, UndefinedTable
from psycopg.errors import SyntaxError as Misspelt

from openmsix.matching.model_file import ModelNotUsable
from openmsix.web import errors


def test_the_page_for_our_faults_needs_nothing() -> None:
    with translation.override("en"):
        answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "This is our fault, not yours" in answer.content.decode()
    assert "<form" not in answer.content.decode()


@pytest.mark.parametrize(
    ("cause", "told"), [(UndefinedTable, True), (UndefinedColumn, True), (Misspelt, False)]
)
def test_a_database_that_lacks_tables_is_told_to_be_brought_up_to_date(
    cause: type[Exception], told: bool
) -> None:
    with translation.override("en"):
        try:
            raise ProgrammingError from cause()
        except ProgrammingError:
            answer = errors.server_error(RequestFactory().get("/"))
    assert ("openmsix migrate" in answer.content.decode()) is told


@pytest.mark.parametrize(
    ("cause", "status"), [(Away, 503), (AdminShutdown, 503), (QueryCanceled, 500), (Misspelt, 500)]
)
def test_a_database_that_is_away_is_said_to_be_so(cause: type[Exception], status: int) -> None:
    with translation.override("en"):
        try:
            raise OperationalError from cause()
        except OperationalError:
            answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == status
    assert ("Retry-After" in answer) is (status == 503)
    assert ("The database cannot be reached" in answer.content.decode()) is (status == 503)


def test_a_model_that_cannot_be_used_is_said_to_be_so_without_its_place() -> None:
    with translation.override("en"):
        try:
            raise ModelNotUsable("/srv/model.json: this is no model")
        except ModelNotUsable:
            answer = errors.server_error(RequestFactory().get("/"))
    words = answer.content.decode()
    assert (answer.status_code, "Retry-After" in answer) == (503, True)
    assert "Records cannot be compared now" in words
    assert "/srv" not in words
    assert "What you just sent" not in words, "nothing was sent"
