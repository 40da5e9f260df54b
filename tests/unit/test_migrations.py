"""A change of the tables leaves processes of the version before at work: they are stopped one after the other, after the tables have changed."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.migrations import operations as op
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

BEFORE_THE_RULE = {("intake", "0004_decided_because")}
TAKES_AWAY = (op.RemoveField, op.RenameField, op.RenameModel, op.DeleteModel, op.AlterModelTable)


def _changes() -> Iterator[tuple[tuple[str, str], op.base.Operation]]:
    ours = {one.label for one in apps.get_app_configs() if one.name.startswith("openmsix.")}
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for key, migration in loader.disk_migrations.items():
        if key[0] in ours and key not in BEFORE_THE_RULE and not migration.initial:
            yield from ((key, change) for change in migration.operations)


def _is_in_the_way(change: op.base.Operation) -> bool:
    if isinstance(change, op.AddField):
        # The version before does not fill it.
        return not change.field.null and change.field.db_default is NOT_PROVIDED
    return isinstance(change, TAKES_AWAY)


def test_no_migration_stands_in_the_way_of_the_version_before() -> None:
    """A new column is null or has a default in the database (`db_default`); a column or table goes one version after its last use."""
    assert [(key, change.describe()) for key, change in _changes() if _is_in_the_way(change)] == []


@pytest.mark.parametrize("key", sorted(BEFORE_THE_RULE))
def test_the_exceptions_are_there(key: tuple[str, str]) -> None:
    assert key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations
