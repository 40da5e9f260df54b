"""On what the States agree about a child, and on what they do not: said topic by topic, never as a whole."""

from collections.abc import Mapping

from openmsix.students.facts import is_said_by_each_state_for_itself
from openmsix.students.record import Agreement
from openmsix.students.values import Fact

TOPICS: Mapping[str, tuple[str, ...]] = {
    "name": ("first_name", "middle_name", "last_name_1", "last_name_2", "suffix"),
    "birth_date": ("birth_date",),
    "sex": ("sex",),
    "multiple_birth_flag": ("multiple_birth_flag",),
    "mother": ("mother",),
    "father": ("father",),
    "pfs_flag": ("pfs_flag",),
    "lep_indicator": ("lep_indicator",),
    "idea_indicator": ("idea_indicator",),
    "med_alert": ("med_alert",),
    "immunization_record_flag": ("immunization_record_flag",),
}
"""Topic -> the facts that it is made of."""


def questions(facts: Mapping[str, Fact]) -> tuple[Fact, ...]:
    """The facts of the topics in which the States disagree."""
    return tuple(facts[key] for keys in TOPICS.values() for key in keys if facts[key].differs)


def agreement(facts: Mapping[str, Fact]) -> Agreement:
    """The topics by whether the States agree."""
    found: dict[str, list[str]] = {"agreed": [], "differing": [], "own": [], "alone": []}
    for topic, keys in TOPICS.items():
        those = [facts[key] for key in keys]
        if place := _place(those):
            found[place].append(topic)
    return Agreement(**{place: tuple(topics) for place, topics in found.items()})


def _place(facts: list[Fact]) -> str:
    if any(fact.differs for fact in facts):
        return "differing"
    if any(len(fact.distinct) > 1 and is_said_by_each_state_for_itself(fact.key) for fact in facts):
        return "own"
    if any(len({value.state_code for value in fact.values}) > 1 for fact in facts):
        return "agreed"
    return "alone" if any(fact.values for fact in facts) else ""
