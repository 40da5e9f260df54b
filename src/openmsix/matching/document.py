"""The match rules and the model card as pages of the docs, made from what is declared here and from the shipped model."""

from collections.abc import Mapping
from typing import Any

from openmsix.dictionary.markdown import table
from openmsix.matching.blocking import BUCKET_CAP, KEYS
from openmsix.matching.compare import COMPARISONS
from openmsix.matching.levels import Comparison
from openmsix.matching.model import Model
from openmsix.matching.prepare import FEATURES
from openmsix.matching.train import FOR_RECORDS
from openmsix.matching.verdict import RULES
from openmsix.matching.vetoes import VETOES, Veto

_HEAD = """# How records are matched

This page is made from the declarations in `openmsix.matching` and from the shipped model. Do not edit it.

A new record is compared with every record that shares a block key with it. Each comparison answers with the first
of its levels that holds; each level has a weight in bits, learned from labelled records: one bit more doubles the
odds that the two records are of one child. A rare name in common adds to the weight, a common one takes from it.
The weights start from the odds of two random records, {prior:.1f} bits.

- **Same**: the weight is at least {same:g} and no veto stands; or one State gives both one Student Identifier.
- **Possible**, a question to people: the weight is at least {possible:g}, and at most one veto speaks against it.
- **Different**: everything else; two vetoes that speak against it; different given names of twins by their flag.

What two comparisons say together is not the sum of both: where surnames, mother and birth date agree, a given name that is only somewhat alike means a twin.
So the **reranker** corrects the weight by a table for each two comparisons, learned from labelled pairs of other families. Pages show the larger corrections
in words; pairs of less than {weighed_from:g} bits are not corrected.
"""


def page() -> str:
    """The page in Markdown."""
    model = Model.load()
    parts = [
        _HEAD.format(
            prior=model.prior_weight,
            same=model.same_above,
            possible=model.possible_above,
            weighed_from=model.weighed_from,
        ),
        f"Model {model.version}, {_measured(model)}",
        "## Comparisons\n",
        *(_comparison(comparison, model) for comparison in COMPARISONS),
        "## Vetoes\n\nNo weight outweighs them, except where it says so. Those that speak against count towards two children; the others leave\n"
        "too much open for an automatic match.\n",
        table(
            ("veto", "stands when", "speaks against", "outweighed from"),
            ((veto.name, veto.words, "yes" if veto.against else "no", _outweighed(veto)) for veto in VETOES),
        ),
        "## Rules about the other records of a child\n\nA new record joins a child only when it agrees with all records of\n"
        "that child. Pairs that people found to be different are never joined and never asked again.\n",
        table(("people are asked because", "meaning"), RULES.items()),
        "## Features\n\nWhat is compared and blocked on is prepared from what the State sent, for both engines alike.\n",
        table(("feature", "meaning"), ((feature.name, feature.words) for feature in FEATURES)),
        f"## Block keys\n\nTwo records are compared when they share one. A key shared by more than {BUCKET_CAP} records\n"
        "is left out and logged.\n",
        table(("key", "what is shared"), ((key.name, key.words) for key in KEYS)),
    ]
    return "\n".join(parts)


def _outweighed(veto: Veto) -> str:
    return "" if veto.outweighed_at is None else f"{veto.outweighed_at:g} bits"


def _measured(model: Model) -> str:
    training = model.training
    return f"trained on {training['records']:,} records ({training['people']}); how well it does is on its [card](model-card.md).\n"


_CARD = """# The linkage model's card

This page is made from the shipped model. Do not edit it.

Model {version}. Levels counted on {records:,} records of {children:,} children: {people}. The reranker was fitted and the thresholds were chosen on families
that the steps before had not seen; thresholds are meant for a nation of {nation:,} records. **Same** from {same:g} bits on, **possible** from {possible:g}.

**For** linking records of children between States, with a person to decide what it leaves open. **Not for** deciding anything about a child by itself: a
link shows one record beside another, and people can undo it.

**Trained on made-up children**, since no labelled records of real ones may be had: families with double surnames, kin who are easily taken for one another,
and the habits of States (`synth.trial.training`). **Measured on others**, with mistakes written apart from those and from the model's tables of nicknames and
sounds (`synth.trial.records`). What the figures are among real children is not known: retrain and measure with pairs that people decided
(`openmsix model train --labelled`).
"""


def card() -> str:
    """The model card in Markdown: data, purpose, limits and measures by group."""
    model = Model.load()
    training = model.training
    head = _CARD.format(
        version=model.version, records=training["records"], children=training["children"], people=training["people"], nation=FOR_RECORDS,
        same=model.same_above, possible=model.possible_above,
    )  # fmt: skip
    return "\n".join([head, *(_evaluated(name, facts) for name, facts in training["evaluated"].items())])


def _evaluated(name: str, facts: Mapping[str, Any]) -> str:
    figures = table(
        ("figure", "value"),
        (
            ("records", f"{facts['records']:,}"),
            ("true pairs", f"{facts['true_pairs']:,}"),
            ("candidates' recall", f"{facts['candidates_recall']:.4f}"),
            ("precision of automatic links", f"{facts['precision']:.5f}"),
            ("recall of automatic links", f"{facts['recall']:.4f}"),
            ("recall with people", f"{facts['recall_with_people']:.4f}"),
            ("near matches per 1,000 records", f"{facts['questions_per_1000']:.1f}"),
            ("siblings of other given names linked", f"{facts['siblings_linked']}"),
        ),
    )
    groups = table(
        ("group", "true pairs", "linked", "with people", "wrong links"),
        (
            (group, f"{pairs:,}", f"{linked:.4f}", f"{asked:.4f}", f"{wrong}")
            for group, (pairs, linked, asked, wrong) in facts["groups"].items()
        ),
    )
    return f"## On a {name}\n\n{figures}\n{groups}"


def _comparison(comparison: Comparison, model: Model) -> str:
    weights = model.weights[comparison.name]
    rows = []
    for level in comparison.levels:
        weight = f"{weights[comparison.number(level.name)]:+.1f}" if comparison.weighed else ""
        rows.append(
            (level.name, level.words, f"{weight} and rarity" if level.rarity_of else weight, level.example)
        )
    head = f"### {comparison.subject[0].upper()}{comparison.subject[1:]}\n\n{comparison.why}\n\n"
    return head + table(("level", "meaning", "weight", "example"), rows)
