"""The page of the documentation about the tripwire."""

from openmsix.records.tripwire import RULES


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
        "| from | waits when more than | and at least |",
        "| --- | --- | --- |",
        *(
            f"| {rule.since.isoformat()} | {float(rule.share):.0%} of the live students | {rule.least} students |"
            for rule in RULES
        ),
    ]
    return "\n".join(lines) + "\n"
