"""What a State's people see of its submissions on the home page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.deadlines.rules import Rule, rule
from openmsix.intake.models import Submission
from openmsix.web.submissions import rules
from openmsix.web.submissions.forms import SendForm

MOST_SUBMISSIONS = 5
MOST_RULES = 5
CLOCKS = ("newly_documented", "change_of_residence", "end_of_term")


@dataclass(frozen=True)
class Due:
    """A legal clock: what happens today must be answered by this day."""

    rule: Rule
    day: date


def submissions(hat: Hat) -> dict[str, Any]:
    """The last submissions, and those that wait for a person."""
    seen = Submission.objects.visible_to(hat)
    return {
        "submissions": list(seen.newest_first()[:MOST_SUBMISSIONS]),
        "waiting": seen.waiting().newest_first(),
    }


def to_mend(hat: Hat) -> dict[str, Any]:
    """The rules that the last checked submission broke most gravely, and a form to send the mended file."""
    checked = Submission.objects.visible_to(hat).filter(checked_at__isnull=False).newest_first().first()
    groups = rules.grouped(checked)[:MOST_RULES] if checked else []
    return {"submission": checked, "groups": groups, "form": SendForm()}


def clocks() -> list[Due]:
    """The clocks of the regulation for what happens today, the shortest first."""
    today = clock.today()
    found = [Due(each, each.due(today)) for each in (rule(name, today) for name in CLOCKS)]
    return sorted(found, key=lambda due: due.day)
