"""Reckoning the figures of the quality of identity: all of them as of one moment, by the worker every night or when somebody asks."""

import time
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.matching.model import Model
from openmsix.matching.verdict import RULES

from . import statements
from .models import DecidedPair, Figure, Reckoning, SuspectedDuplicate, SuspectedMerge
from .rates import NOT_WEIGHED, Bands

RECKON = "openmsix:reckon_quality"
"""The job that reckons."""
DAYS, MONTHS = 28, 12
"""So many days of decisions are told, and so many months of links."""


def bands() -> Bands:
    """The bands of match weights of the present model."""
    return Bands(Model.load().same_above)


def ask(*, by: Hat) -> bool:
    """Let the worker reckon the figures anew; False if it is asked to already."""
    with transaction.atomic():
        audit.record(by=by, action="reports:quality:asked", subject_type="figures", subject_id="")
        try:
            with transaction.atomic():
                app.configure_task(RECKON, queueing_lock=RECKON, queue="reports").defer(timestamp=0)
        except AlreadyEnqueued:
            return False
    return True


def reckon() -> Reckoning:
    """Reckon all figures anew, as of one moment, and show them from then on."""
    began = time.monotonic()
    with staging.one_view():
        now = clock.now()
        for model in (Figure, SuspectedMerge, SuspectedDuplicate, DecidedPair):
            model._default_manager.all().delete()
        told = _told(now)
        for statement in statements.LISTS:
            staging.run(statement, told)
        for statement in (*statements.FIGURES, statements.OF_LISTS):
            staging.run(
                f"INSERT INTO reports_figure (kind, state_code, first, second, value) {statement}",
                told,
            )
        done, _ = Reckoning.objects.update_or_create(
            pk=1, defaults={"as_of": now, "seconds": time.monotonic() - began}
        )
    return done


def _told(now: datetime) -> dict[str, object]:
    return {
        "decided_since": clock.start_of(now.date() - timedelta(days=DAYS - 1)),
        "placed_since": clock.start_of(first_month(now.date())),
        "not_weighed": NOT_WEIGHED,
        "bands": bands().names,
        "edges": bands().edges,
        "same_above": bands().same_above,
        "rules": [rule for rule in RULES if rule != "weight_too_low"],
    }


def first_month(today: date) -> date:
    """The first day of the months of which links are told: this one and those before."""
    months = today.year * 12 + today.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def forget(msix_ids: Collection[str]) -> None:
    """Take children who are expunged out of what is suspected."""
    SuspectedMerge.objects.filter(pk__in=list(msix_ids)).delete()
