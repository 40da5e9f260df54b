"""The page of the documentation that draws the statuses of a submission."""

from openmsix.dictionary.markdown import table

from .states import TRANSITIONS, WHY, Status


def page() -> str:
    """`submission-statuses.md`."""
    lines = ["# The statuses of a submission\n", "```mermaid", "stateDiagram-v2", "    [*] --> receiving"]
    for status, following in TRANSITIONS.items():
        lines += [
            f"    {status.value} --> {then.value}: {WHY.get((status, then), 'a fault of the exchange')}"
            for then in sorted(following)
        ]
        if not following:
            lines.append(f"    {status.value} --> [*]")
    lines += ["```\n", table(("status", "label"), ((status.value, status.label) for status in Status))]
    return "\n".join(lines)
