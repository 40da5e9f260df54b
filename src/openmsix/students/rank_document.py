"""What counts how much in a search as a page of the docs, made from what is declared."""

from openmsix.dictionary.markdown import table
from openmsix.students.rank_fit import Fit
from openmsix.students.rank_weights import Extra, Identified

_HEAD = """# In which order a search answers

This page is made from `openmsix.students.rank_weights` and `rank_fit`. Do not edit it.

Answers stand in steps; no weight lifts a child over the next one. Within a step each child has the sum of the
weights, in bits, of its names and of its birth date: one bit more doubles the odds that this is the child that is meant. Names and birth dates weigh what they weigh when records
are linked ([match rules](match-rules.md)): the same trained model, the same scorer, rare names more than common ones.
They are compared in those parts that were typed. A word that is only nearly the child's weighs as the child's word
would, but never more than the word that was typed, less what stands below.

Where no birth date was typed, a word costs as much as it is rarer where this child has it: `Jose` is mostly a given name,
so surnames of that spelling come after (the doubled rarity is one bit). A lone word weighs there no more than where it mostly stands.
Equals follow each other by name, however it is written.

Who fits neither a birth date nor all names but one is not shown. Where somebody fits all names and the birth date
(also with day and month swapped, or one digit wrong), namesakes born at another time are left out, and the page says so.
"""


def page() -> str:
    """The page in Markdown."""
    order = sorted((one for one in Identified if one.bits > 0), key=lambda one: -one.bits)
    return "\n".join(
        [
            _HEAD,
            "## Steps, the first above the others\n",
            "\n".join(f"{place}. {fit.words}" for place, fit in enumerate(reversed(Fit), start=1)) + "\n",
            "## Identifiers, the first above the others\n",
            "\n".join(f"{place}. {one.words}" for place, one in enumerate(order, start=1)) + "\n",
            "Where only the zeros before it differ, an identifier stands half a step lower.\n",
            "## What only a search has\n",
            table(("bits", "what"), ((f"{one.bits:+.1f}", one.words) for one in Extra)),
        ]
    )
