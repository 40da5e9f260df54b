"""How the pages of the quality of identity say what the figures are named."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openmsix.reports.actions import bands
from openmsix.reports.rates import NOT_WEIGHED
from openmsix.web.language import day

WAITING: Mapping[str, Promise] = MappingProxyType(
    {
        "week": gettext_lazy("This week"),
        "month": gettext_lazy("1 to 4 weeks"),
        "older": gettext_lazy("Older than 4 weeks"),
    }
)
DONE: Mapping[str, Promise] = MappingProxyType(
    {
        "different": gettext_lazy("Two children"),
        "proposed": gettext_lazy("Proposed"),
        "agreed": gettext_lazy("Agreed by a second person"),
        "refused": gettext_lazy("Refused by a second person"),
    }
)
OUTCOMES: Mapping[str, Promise] = MappingProxyType(
    {
        "same": gettext_lazy("One child"),
        "different": gettext_lazy("Two children"),
        "undone": gettext_lazy("Merged and undone"),
    }
)
SUSPICIONS: Mapping[str, Promise] = MappingProxyType(
    {
        "birth_years": gettext_lazy("Two birth years"),
        "sexes": gettext_lazy("Two sexes"),
        "records": gettext_lazy("More live records than States"),
    }
)
APART: Mapping[str, Promise] = MappingProxyType(
    {
        "rule": gettext_lazy("Kept apart only by a rule"),
        "alike": gettext_lazy("Very alike, but something in them differs"),
    }
)
RATES: Mapping[str, Promise] = MappingProxyType(
    {"link": gettext_lazy("Linked by the model"), "near": gettext_lazy("Near matches")}
)


def band(name: str) -> str:
    """A band of match weights: `5 to 10`."""
    if name == NOT_WEIGHED:
        return _("not weighed")
    lower, upper = bands().span(name)
    if lower is None:
        return _("below %(n)s") % {"n": f"{upper:g}"}
    if upper is None:
        return _("%(n)s or more") % {"n": f"{lower:g}"}
    return _("%(lower)s to %(upper)s") % {"lower": f"{lower:g}", "upper": f"{upper:g}"}


def month(name: str) -> str:
    """A month: Nov 2026."""
    year, number = map(int, name.split("-"))
    return day(date(year, number, 1)).removeprefix("1 ")


def percent(share: float | None) -> str:
    """A share: 12.3%; a dash for nothing. What is not quite all is never 100.0%."""
    if share is None:
        return "-"
    # rounded here, for Django cuts off what it does not show
    rounded = round(100 * share, 1)
    return f"{formats.number_format(min(rounded, 99.9) if share < 1 else rounded, 1)}%"


def points(value: float | None) -> str:
    """A difference of shares: +1.2; a dash for nothing."""
    return "-" if value is None else f"{'+' if value > 0 else ''}{formats.number_format(round(value, 1), 1)}"
