"""The page of the documentation about the tripwire."""

from openmsix.dictionary.markdown import table
from openmsix.records.tripwire import RULES, Rule


def page() -> str:
    """`tripwire.md`."""
    lines = [
        "# The tripwire",
        "",
        "This page is made from `openmsix.records.tripwire`. Do not edit it.",
        "",
        "A submission that would close or empty many of a State's live students waits until a person confirms it. A student is",
        "closed when the State deletes it, or leaves it out of a full submission; it is emptied when a kind of record that was",
        "there, its courses for instance, is not there any more. The rule is ours, not a federal one.",
        "",
        table(
            ("from", "waits when more than", "and at least", "or when more than", "of more than"),
            map(_row, RULES),
        ),
        "",
        "It also waits when it would empty any student of a kind of record of which rows in it belong to no student (E301): they may",
        "be that student's.",
    ]
    return "\n".join(lines)


def _row(rule: Rule) -> tuple[str, ...]:
    return (
        rule.since.isoformat(),
        f"{float(rule.share):.0%} of the live students",
        f"{rule.least} students",
        f"{float(rule.most):.0%} of the live students",
        f"{rule.few} students",
    )
