"""The clocks as a Markdown page."""

from openmsix.deadlines.rules import Rule, rules
from openmsix.dictionary.markdown import table

HEAD = ("clock", "runs from", "limit", "who", "what", "where it stands", "in force", "mark")


def _row(rule: Rule) -> tuple[str, ...]:
    certain = f"{rule.mark} ({rule.confidence})" if rule.confidence else str(rule.mark)
    until = f" to {rule.until.isoformat()}" if rule.until else ""
    where = rule.section or f"custom: {rule.source}"
    return (
        f"`{rule.name}`",
        rule.event,
        f"{rule.limit} {rule.unit}",
        rule.who,
        rule.words,
        where,
        f"since {rule.since.isoformat()}{until}",
        certain,
    )


def clocks_page() -> str:
    """Every clock of `rules.csv`, with its limit, section and certainty."""
    return "\n".join(
        (
            "# Clocks\n",
            "Working days are Monday to Friday without federal holidays, from the day after the event.\n",
            table(HEAD, (_row(rule) for rule in rules())),
            "Marks: **V** verified; **R** recalled, with how sure; **O** openmsix's own. Customs begin with the year of the source.\n",
            "Eligibility lasts from the Qualifying Arrival Date until 36 months later or the 22nd birthday, "
            "whichever comes first; that day is the Eligibility Expiration Date, and the day before is the "
            "last eligible one.\n",
        )
    )
