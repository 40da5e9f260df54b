"""`openmsix rebuild`: make the database from the kept files and the journal, or prove that it could be made."""

import contextlib
from typing import TYPE_CHECKING

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console, errors, progress

if TYPE_CHECKING:
    from openmsix.replay.actions import Rebuilt
    from openmsix.replay.proof import Difference, Holding

NAME = "rebuild"
MOST_NAMED = 20
NOT_HERE = (
    "Not in the journal, so not rebuilt: people, their roles and sessions, the audit before this day, the worklist but for near matches, validations and confirmations, and the "
    "directories of districts and schools. They are in the backups of the database; `openmsix places load` and `openmsix people add` make places and people anew."
)


def command(
    verify: bool = typer.Option(
        False,
        "--verify",
        help="Do not touch the database: rebuild into a scratch database beside it, compare, and drop it.",
    ),
    identifiers: bool = typer.Option(
        False,
        "--identifiers",
        help="With --verify: name what differs by its identifiers. For your eyes at a terminal only.",
    ),
    newest: bool = typer.Option(
        False,
        "--newest",
        help="Where the journal splits, because a database began anew or was brought back from a backup, take what was written last.",
    ),
) -> None:
    """Bring back records, versions, links, MSIX IDs and receipts from the kept files and the journal, into an empty database.

    What broke off goes on with the same command. Exit codes: 0 done or equal; 1 something came out otherwise than then, or differs; 5 it could not be done: the database is not empty, or
    a kept file, a piece of the journal or a key is missing, each named.
    """
    if verify:
        check_there_is_an_exchange()
    elif identifiers:
        raise typer.BadParameter("--identifiers goes with --verify.")
    django_ready()
    raise typer.Exit(_verify(identifiers=identifiers) if verify else _rebuild(newest=newest))


def _rebuild(*, newest: bool) -> Exit:
    from django.db import DatabaseError

    from openmsix.config import database
    from openmsix.ops.setup import prepare_database
    from openmsix.replay import actions

    owner = database.owner()
    try:
        with contextlib.suppress(DatabaseError):
            # Without tables, or without the role that is to use them, it is empty.
            actions.check_is_empty()
        with progress() as report:
            prepare_database(owner, database.application(owner), say=lambda words: report(words, 0, 0))
            done = actions.rebuild(report=report, newest=newest)
    except actions.CannotRebuild as why:
        errors.print(str(why), soft_wrap=True)
        return Exit.FAILED
    except actions.NotEmpty:
        errors.print(
            "The database is not empty: it holds submissions or MSIX IDs. Nothing was done. Rebuild into an empty one (name it in DATABASE_URL, or name another "
            "OPENMSIX_HOME and copy kept and secrets into it); `openmsix rebuild --verify` compares without touching this one.",
            soft_wrap=True,
        )
        return Exit.FAILED
    actions.queue_what_waits()
    console.print(_held(), soft_wrap=True)
    _tell(done)
    console.print(NOT_HERE, soft_wrap=True)
    return Exit.MEND if done.otherwise or done.strays else Exit.DONE


def _held() -> str:
    from openmsix.identity.models import Link, MsixId
    from openmsix.intake.models import Submission
    from openmsix.records.models import RecordVersion, StateRecord

    counts = {
        "submissions": Submission.objects.count(),
        "state records": StateRecord.objects.count(),
        "versions": RecordVersion.objects.count(),
        "links": Link.objects.count(),
        "MSIX IDs": MsixId.objects.count(),
    }
    return "Rebuilt: " + ", ".join(f"{count:,} {what}" for what, count in counts.items()) + "."


def _tell(done: "Rebuilt") -> None:
    from openmsix.intake.words import counted

    lines = {
        "Acts put back from the journal": done.acts,
        "Of these, by an earlier run that broke off": done.before,
        "Told and never came to pass, so left out": done.rolled_back,
        "Submissions that had arrived and were not taken in yet": done.waiting,
    }
    console.print("\n".join(f"{words}: {count:,}." for words, count in lines.items() if count))
    for state, count in sorted(done.otherwise.items()):
        errors.print(
            f"{state}: the checks of today made something else of {counted(count, 'submission', 'submissions')} than those of then. "
            "Their records are what the checks of today let pass.",
            soft_wrap=True,
        )
    if done.strays:
        errors.print(
            f"Links and questions that name students who were not stored, so left out: {done.strays:,}.",
            soft_wrap=True,
        )


def _verify(*, identifiers: bool) -> Exit:
    from openmsix.ops.scratch import NoScratch, scratch_database
    from openmsix.places import copying
    from openmsix.replay import actions, proof

    try:
        with progress() as report:
            live = proof.holding(report, "Reading the live database")
            places = copying.directories()
            with scratch_database(say=lambda words: report("Making a scratch database", 0, 0)):
                copying.put(places)
                done = actions.rebuild(report=report, heads=live.heads)
                rebuilt = proof.holding(report, "Reading the rebuilt one")
    except (actions.CannotRebuild, NoScratch) as why:
        errors.print(str(why), soft_wrap=True)
        return Exit.FAILED
    _tell(done)
    return _compare(live, rebuilt, identifiers=identifiers)


def _compare(live: "Holding", rebuilt: "Holding", *, identifiers: bool) -> Exit:
    from openmsix.replay import proof

    found = proof.differences(live.law, rebuilt.law)
    receipts = proof.differences(live.receipts, rebuilt.receipts)
    for one in receipts:
        errors.print(
            f"Receipts of {one.state} read otherwise in {max(len(one.missing), len(one.more)):,} answers, as after checks or directories of places changed, or another child was expunged. "
            "Nothing is lost by that.",
            soft_wrap=True,
        )
    if found:
        for one in found:
            errors.print(f"Differs: {one.in_words()}.", soft_wrap=True)
            if identifiers:
                _name(one)
        return Exit.MEND
    things = sum(frame.height for frame in live.law.values())
    console.print(
        f"Equal: {things:,} things in {len(live.law)} parts, from state records to MSIX IDs, came back as they are. The scratch database is dropped.",
        soft_wrap=True,
    )
    return Exit.DONE


def _name(one: "Difference") -> None:
    for where, names in (("live", one.missing), ("rebuilt", one.more)):
        for name in names[:MOST_NAMED]:
            errors.print(f"  only {where}: {name}", soft_wrap=True)
        if len(names) > MOST_NAMED:
            errors.print(f"  only {where}: ... and {len(names) - MOST_NAMED:,} more")
