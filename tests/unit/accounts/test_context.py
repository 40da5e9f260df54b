"""Every transaction knows under which hat it is done, from its first statement and no longer than it lasts."""

import pytest
from django.db import connection, transaction

from openmsix.accounts.context import wearing
from openmsix.accounts.hats import Hat

TEXAS = Hat.system("worker", state_code="TX")


def _told() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(current_setting('openmsix.state', true), ''), coalesce(current_setting('openmsix.role', true), '')"
        )
        return tuple(cursor.fetchone())


@pytest.mark.usefixtures("committed_db")
def test_a_transaction_knows_the_state_of_the_hat_being_worn() -> None:
    with wearing(TEXAS), transaction.atomic():
        assert _told() == ("TX", TEXAS.role.key)


@pytest.mark.usefixtures("committed_db")
def test_what_was_told_ends_with_the_transaction() -> None:
    with wearing(TEXAS), transaction.atomic():
        pass
    assert _told() == ("", "")
    with transaction.atomic():
        assert _told() == ("", "")


@pytest.mark.usefixtures("committed_db")
def test_an_inner_hat_does_not_change_a_transaction_that_has_begun() -> None:
    with (
        wearing(TEXAS),
        transaction.atomic(),
        wearing(Hat.system("worker", state_code="CA")),
        transaction.atomic(),
    ):
        assert _told()[0] == "TX"
