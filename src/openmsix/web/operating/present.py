"""What the operator's page shows of the facts."""

from dataclasses import dataclass
from itertools import starmap
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openmsix.ops import health
from openmsix.ops.health import Health, judging, telling
from openmsix.ops.health.facts import AtHand, Disk
from openmsix.web.submissions.words import STATUS_WORDS

from . import chart, words

JUST_NOW = 10.0
"""Seconds within which the sealer comes anyway."""


@dataclass(frozen=True)
class Amount:
    """How much of something is left: its name, its words, and how that is to be taken (good, attention, bad)."""

    name: str
    words: str
    kind: str


def shown(found: Health) -> dict[str, Any]:
    """The context of the page and of the part of it that is renewed."""
    troubles, unsealed = health.troubles(found), found.numbers.unsealed_seconds
    return {
        "health": found,
        "numbers": found.numbers,
        "is_well": health.is_well(found),
        "verdict": verdict(found),
        "troubles": [(*words.trouble(each), each.rule.grave) for each in troubles],
        "lanes": [(words.lane(each.name), each, words.how_long(each.oldest_seconds)) for each in found.numbers.lanes],
        "workers": [(each, [_at_hand(one) for one in each.at_hand]) for each in found.numbers.workers],
        "amounts": [*starmap(_room, judging.apart(found.numbers.disks)), _sessions(found)],
        "database_size": telling.size(found.numbers.database.size),
        "unsealed": words.how_long(unsealed) if unsealed > JUST_NOW else "",
        "submissions": [(STATUS_WORDS[status], count) for status, count in found.submissions.items()],
        "last": [(one, STATUS_WORDS[one.status]) for one in found.last],
        "hours": [each for each in reversed(found.hours) if each.submissions],
        "students": sum(each.students for each in found.hours),
        "published": sum(each.submissions for each in found.hours),
        "chart": chart.digest(found.hours),
        "chart_width": chart.WIDTH,
        "chart_height": chart.HEIGHT,
    }  # fmt: skip


def verdict(found: Health) -> str:
    """Is anything wrong? In a sentence."""
    grave = sum(each.rule.grave for each in health.troubles(found))
    soon = len(health.troubles(found)) - grave
    if grave:
        return ngettext("%(n)s thing needs a person now.", "%(n)s things need a person now.", grave) % {
            "n": grave
        }
    if soon:
        return ngettext(
            "%(n)s thing is to be looked at soon.", "%(n)s things are to be looked at soon.", soon
        ) % {"n": soon}
    if waiting := found.numbers.jobs_waiting:
        oldest = max(each.oldest_seconds for each in found.numbers.lanes)
        values = {"n": waiting, "time": words.how_long(oldest)}
        return (
            ngettext(
                "Nothing is wrong. %(n)s job waits, for %(time)s.",
                "Nothing is wrong. %(n)s jobs wait, the oldest for %(time)s.",
                waiting,
            )
            % values
        )
    if at_hand := sum(each.at_hand for each in found.numbers.lanes):
        return ngettext(
            "Nothing is wrong. %(n)s submission is being taken in.",
            "Nothing is wrong. %(n)s submissions are being taken in.",
            at_hand,
        ) % {"n": at_hand}
    return _("Nothing is wrong, and nothing waits.")  # fmt: skip


def _at_hand(one: AtHand) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "status": STATUS_WORDS[one.status],
        "done": one.done,
        "total": one.total,
        "for": words.how_long(one.seconds),
    }


def _room(names: tuple[str, ...], disk: Disk) -> Amount:
    kind = (
        "bad"
        if disk.free_share < judging.DISK_FULL
        else "attention"
        if disk.free_share < judging.DISK_FILLING
        else "good"
    )
    said = _("%(free)s of %(total)s are free") % {
        "free": telling.size(disk.free),
        "total": telling.size(disk.total),
    }
    return Amount(_("Disk: %(folder)s") % {"folder": words.folders(names)}, said, kind)  # fmt: skip


def _sessions(found: Health) -> Amount:
    database = found.numbers.database
    share = database.sessions / max(database.most_sessions, 1)
    kind = (
        "bad" if share >= judging.SESSIONS_FULL else "attention" if share >= judging.SESSIONS_MANY else "good"
    )
    said = _("%(n)s of %(most)s are open") % {"n": database.sessions, "most": database.most_sessions}
    return Amount(_("Sessions of the database"), said, kind)
