"""The pages of the documentation that tell of the checks and the actions. Pure."""

from collections.abc import Iterator

from openmsix.dictionary.markdown import table
from openmsix.intake.actions_table import ACTIONS, OUTCOMES, STANDINGS
from openmsix.intake.words import Severity

from . import CHECKS, CHECKS_VERSION, Check

MARKS = {
    "V": "seen in a federal document",
    "V3": "seen, but its author is not the Department",
    "I": "inferred",
    "R": "recalled",
    "O": "ours",
}

EFFECTS = {
    Severity.FILE_REJECTED: "Nothing of the submission is stored.",
    Severity.STUDENT_REJECTED: "The student is not stored, nor any of its records; the others are.",
    Severity.VALUE_DROPPED: "The value is left out; the rest of the student is stored.",
    Severity.WARNING: "Everything is stored as sent.",
}

HEAD = ("code", "name", "what must hold", "effect", "how to mend", "source")
GROUPS = {
    "E0": "The file can be read",
    "E1": "The header",
    "E20": "Single values",
    "E21": "What must be there",
    "E3": "Keys and records",
    "E4": "Dates and eligibility",
    "E5": "Moves, enrollments, courses and assessments",
    "E6": "Against what is known",
}


def page() -> str:
    """Every check: `checks.md`."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Checks\n"
    yield f"Version {CHECKS_VERSION} of the checks. A finding names its code, file, line, element and value, and how to mend it.\n"
    yield table(("effect", "what it means"), ((severity.label, words) for severity, words in EFFECTS.items()))
    yield (
        "The marks say how certain a rule is: "
        + "; ".join(f"{mark} {words}" for mark, words in MARKS.items())
        + "."
    )
    for start, title in GROUPS.items():
        yield f"\n## {title}\n"
        yield table(HEAD, (_row(check) for check in CHECKS if check.code.startswith(start))).rstrip("\n")


def _row(check: Check) -> tuple[str, ...]:
    source = f"{check.source} ({check.mark})"
    return check.code, f"`{check.name}`", check.sentence, check.severity.label, check.mend_in_general, source


def actions_page() -> str:
    """What each action does to a student in each standing: `actions.md`."""
    lines = ["# Actions\n", "What the action code of a student does, by what is known of the student.\n"]
    lines += [f"- {standing}: {words}" for standing, words in STANDINGS.items()]
    rows = (
        (f"{action} ({words})", *(_outcome(action, standing) for standing in STANDINGS))
        for action, words in ACTIONS.items()
    )
    return "\n".join([*lines, "", table(("action", *STANDINGS), rows)])


def _outcome(action: str, standing: str) -> str:
    outcome = OUTCOMES[(action, standing)]
    codes = {check.name: check.code for check in CHECKS}
    return outcome.what + (f" Finding {codes[outcome.finding]}." if outcome.finding else "")
