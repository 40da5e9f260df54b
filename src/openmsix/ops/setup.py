"""Making a database ready: roles, tables, grants, and the places that every installation has."""

from collections.abc import Callable

from django.core.management import call_command
from django.db import connections

from openmsix.accounts.hats import Hat
from openmsix.config import blanking, database, grants, statistics
from openmsix.identity import rows
from openmsix.places import actions as places

OPERATOR = Hat.system("operator")
ONE_AT_A_TIME = 0x6F6D7369  # the advisory lock of whoever prepares a database; released with its connection


def prepare_database(
    owner: database.Address, application: database.Address, say: Callable[[str], None] = lambda words: None
) -> None:
    """Bring the database up to date; safe to repeat.

    Args:
        owner: the role that owns the tables, in the database to prepare.
        application: the role that all else runs as, in the same database.
        say: told of each step in a few words.
    """
    with grants.connect(owner) as alone:
        alone.execute("select pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        say("Making the two database roles")
        grants.prepare(owner, application)
        say("Bringing the tables up to date")
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        call_command("createcachetable", database="owner", verbosity=0)
        grants.grant(owner, application)
        statistics.install(owner, application)
        blanking.install(owner, application)
        connections["owner"].close()
        say("Naming the States")
        places.ensure_states(by=OPERATOR)
        rows.bring_up_to_date(say)
