"""How the operator's page says what `ops.health` says in names and numbers."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from openmsix.intake.lanes import Lane
from openmsix.ops.health import Trouble

LANE_WORDS: Mapping[str, Promise] = MappingProxyType(
    {
        Lane.SMALL.value: gettext_lazy("A few changed students"),
        Lane.LARGE.value: gettext_lazy("Other submissions"),
        Lane.HEAVY.value: gettext_lazy("Heaviest submissions"),
    }
)
FOLDER_WORDS: Mapping[str, Promise] = MappingProxyType(
    {"home": gettext_lazy("folder of the installation"), "kept": gettext_lazy("kept files")}
)
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def lane(name: str) -> str:
    """The name of a lane."""
    return str(LANE_WORDS.get(name, name))


def folders(names: Iterable[str]) -> str:
    """What lies on a disk."""
    return ", ".join(str(FOLDER_WORDS.get(name, name)) for name in names)


def how_long(seconds: float) -> str:
    """A time in its largest whole unit: 12 s, 5 min, 3 h, 2 days."""
    whole = int(seconds)
    if whole < MINUTE:
        return _("%(n)s s") % {"n": whole}
    if whole < HOUR:
        return _("%(n)s min") % {"n": whole // MINUTE}
    if whole < DAY:
        return _("%(n)s h") % {"n": whole // HOUR}
    return ngettext("%(n)s day", "%(n)s days", whole // DAY) % {"n": whole // DAY}


def trouble(found: Trouble) -> tuple[str, str]:
    """What is wrong, and what to do. Their English stands with the rules in `ops.health.judging`."""
    values = dict(found.values)
    if "what" in values:
        values["what"] = _(str(values["what"]))
    if "disk" in values:
        values["disk"] = folders(values["disk"])
    return _(found.rule.words) % values, _(found.rule.mend) % values
