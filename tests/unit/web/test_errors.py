"""The page for a fault of ours needs neither request nor database."""

import pytest
from django.db import ProgrammingError
from django.test import RequestFactory
from django.utils import translation
from psycopg.errors import SyntaxError as Misspelt
from psycopg.errors import UndefinedColumn, UndefinedTable

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
