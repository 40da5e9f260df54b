"""The match rules as a page of the docs, made from what is declared here and from the shipped model."""

from openmsix.dictionary.markdown import table
from openmsix.matching.blocking import BUCKET_CAP, KEYS
from openmsix.matching.compare import COMPARISONS, Comparison
from openmsix.matching.model import Model
from openmsix.matching.prepare import FEATURES
from openmsix.matching.verdict import RULES
from openmsix.matching.vetoes import VETOES

_HEAD = """# How records are matched

This page is made from the declarations in `openmsix.matching` and from the shipped model. Do not edit it.

A new record is compared with every record that shares a block key with it. Each comparison answers with the first
of its levels that holds; each level has a weight in bits, learned from labelled records: one bit more doubles the
odds that the two records are of one child. A rare name in common adds to the weight, a common one takes from it.
The weights start from the odds of two random records, {prior:.1f} bits.

- **Same**: the weight is at least {same:g} and no veto stands; or one State gives both one Student Identifier.
- **Possible**, a question to people: the weight is at least {possible:g} without a veto; or at least {same:g} with one
  veto against it.
- **Different**: everything else; two vetoes that speak against it; different given names of twins by their flag.
"""


def page() -> str:
    """The page in Markdown."""
    model = Model.load()
    parts = [
        _HEAD.format(prior=model.prior_weight, same=model.same_above, possible=model.possible_above),
        f"Model {model.version}, {_measured(model)}",
        "## Comparisons\n",
        *(_comparison(comparison, model) for comparison in COMPARISONS),
        "## Vetoes\n\nNo weight outweighs them. Those that speak against count towards two children; the others leave\n"
        "too much open for an automatic match.\n",
        table(
            ("veto", "stands when", "speaks against"),
            ((veto.name, veto.words, "yes" if veto.against else "no") for veto in VETOES),
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


def _measured(model: Model) -> str:
    facts = [
        f"on {name}: precision {quality['precision']:.4f}, {quality['recall']:.1%} of true pairs found,"
        f" {quality['recall_with_people']:.1%} with people's help, {quality['possible_per_1000']:.0f} questions for"
        " 1,000 records"
        for name, quality in model.training["held_out"].items()
    ]
    return (
        f"trained on {model.training['records']:,} records ({model.training['people']}); "
        + "; ".join(facts)
        + ".\n"
    )


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
