"""What is written stays: the application can add to the audit and do nothing else to it."""

from contextlib import suppress
from dataclasses import replace

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction
from psycopg import sql

from openmsix.audit.actions import OutsideTransaction, disclose, record
from openmsix.audit.models import Disclosure, Event
from openmsix.config import database, grants
from tests.people import BY


def test_the_tables_of_the_audit_are_declared_as_only_added_to() -> None:
    assert {"audit_disclosure", "audit_event", "audit_seal"} <= set(grants.append_only_tables())


@pytest.mark.django_db
def test_an_event_says_who_did_what_in_which_transaction() -> None:
    made = record(
        by=BY, action="audit:test:written", subject_type="thing", subject_id="7", detail={"rows": 3}
    )
    event = Event.objects.get(pk=made.pk)
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()::text")
        assert str(event.txid) == cursor.fetchone()[0]
    assert (event.actor_id, event.actor, event.hat) == (None, "test", "System")
    assert (event.action, event.subject_id, event.detail) == ("audit:test:written", "7", {"rows": 3})


@pytest.mark.django_db
def test_disclosures_about_a_child_are_found_by_all_its_ids() -> None:
    for msix_id in ("100000000001", "100000000002", "100000000003"):
        disclose(by=BY, msix_id=msix_id, purpose="enrollment", what="record")
    found = Disclosure.objects.about(["100000000001", "100000000003"]).latest_first()
    assert [one.msix_id for one in found] == ["100000000003", "100000000001"]


@pytest.mark.usefixtures("committed_db")
def test_the_audit_is_written_only_within_a_transaction() -> None:
    with pytest.raises(OutsideTransaction):
        record(by=BY, action="audit:test:written", subject_type="thing", subject_id="7")
    with pytest.raises(OutsideTransaction):
        disclose(by=BY, msix_id="100000000001", purpose="enrollment", what="record")


@pytest.mark.usefixtures("committed_db")
def test_an_act_that_fails_leaves_no_event() -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        record(by=BY, action="audit:test:written", subject_type="thing", subject_id="7")
        raise ZeroDivisionError
    assert not Event.objects.filter(action="audit:test:written").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("table", grants.append_only_tables())
@pytest.mark.parametrize(
    "deed",
    [
        "update {table} set {column} = {column}",
        "delete from {table}",
        "truncate {table}",
        "drop table {table}",
        "alter table {table} add x int",
        "create rule gone as on insert to {table} do instead nothing",
    ],
)
def test_the_application_cannot_change_or_remove_rows_that_are_only_added(table: str, deed: str) -> None:
    column = next(model._meta.pk.column for model in apps.get_models() if model._meta.db_table == table)
    words = deed.format(table=table, column=column)
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(words)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "deed",
    [
        "create table theirs (x int)",
        "create role theirs",
        "create database theirs",
        "delete from django_migrations",
        "insert into django_migrations (app, name, applied) values ('a', 'b', now())",
    ],
)
def test_the_application_makes_no_tables_roles_or_migrations(deed: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|cannot run inside"), transaction.atomic():
        connection.cursor().execute(deed)


@pytest.mark.django_db
def test_the_application_is_neither_superuser_nor_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolsuper, rolcreatedb, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute(
            "select count(*) from pg_tables where schemaname = 'public' and tableowner = current_user"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_the_application_has_temporary_tables_and_ordinary_rights() -> None:
    with connection.cursor() as cursor:
        cursor.execute("create temp table staging (x int) on commit drop")
        cursor.execute(
            """
            select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
            and relname <> 'django_migrations' and relname <> all(%s)
            and not (has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
                     and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete'))
            """,
            [grants.append_only_tables()],
        )
        assert cursor.fetchall() == []


@pytest.mark.usefixtures("committed_db")
def test_later_tables_are_open_to_the_application_at_once() -> None:
    with connections["owner"].cursor() as owner:
        owner.execute("create table later (id bigserial primary key, x int)")
    try:
        with connection.cursor() as cursor:
            cursor.execute("insert into later (x) values (1) returning id")
            assert cursor.fetchone() == (1,)
    finally:
        with connections["owner"].cursor() as owner:
            owner.execute("drop table later")


def _owner() -> database.Address:
    return replace(database.owner(), name=connections["owner"].settings_dict["NAME"])


@pytest.mark.usefixtures("committed_db")
def test_an_owner_who_may_not_make_roles_is_told_what_to_do() -> None:
    owner = _owner()
    weak = replace(owner, user="weak_owner", password="weak")
    with connections["owner"].cursor() as cursor:
        cursor.execute("drop role if exists weak_owner")
        cursor.execute("create role weak_owner login password 'weak'")
    try:
        with pytest.raises(SystemExit, match='alter role "weak_owner" createrole'):
            grants.prepare(weak, replace(owner, user="another_app", password="x"))
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("drop role weak_owner")


@pytest.mark.usefixtures("committed_db")
def test_a_role_with_too_many_rights_is_refused() -> None:
    owner = _owner()
    with pytest.raises(SystemExit, match="must not sign in to the database as the owner"):
        grants.prepare(owner, owner)
    with connections["owner"].cursor() as cursor:
        cursor.execute("drop role if exists mighty_app")
        cursor.execute("create role mighty_app login password 'x' createdb")
    try:
        with pytest.raises(SystemExit, match="nosuperuser nocreatedb"):
            grants.prepare(owner, replace(owner, user="mighty_app", password="x"))
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("drop role mighty_app")


@pytest.mark.usefixtures("committed_db")
def test_preparing_again_brings_the_password_up_to_date() -> None:
    owner = _owner()
    application = replace(owner, user="changing_app", password="first")
    try:
        for password in ("first", "second"):
            grants.prepare(owner, replace(application, password=password))
            with psycopg.connect(
                host=owner.host,
                port=owner.port or None,
                dbname=owner.name,
                user="changing_app",
                password=password,
            ) as one:
                assert one.execute("select current_user").fetchone() == ("changing_app",)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                sql.SQL("revoke all on database {} from changing_app").format(sql.Identifier(owner.name))
            )
            cursor.execute("revoke all on schema public from changing_app")
            cursor.execute("drop role changing_app")
