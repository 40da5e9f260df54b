"""The words by which a search finds a child, of all names that its records ever had."""

from collections.abc import Collection
from dataclasses import dataclass

from openmsix.records.models import Demographics
from openmsix.students.words import NAME, PARENT, name_words

_OWN = ("first_name", "middle_name", "last_name_1", "last_name_2")
_PARENTS = (
    "male_parent_first_name",
    "male_parent_last_name",
    "female_parent_first_name",
    "female_parent_last_name",
)


@dataclass(frozen=True)
class Known:
    """`by_kind`: as the vocabulary has them; `plain`: the same without their kind."""

    by_kind: frozenset[str]

    @property
    def plain(self) -> set[str]:
        """The words alone."""
        return {word.partition(":")[2] for word in self.by_kind}


def of(state_record_ids: Collection[int]) -> Known:
    """The words of state records, all their versions together."""
    said = Demographics.objects.filter(version__state_record__in=state_record_ids)
    found = {
        f"{kind}:{word}"
        for kind, columns in ((NAME, _OWN), (PARENT, _PARENTS))
        for row in said.values_list(*columns)
        for raw in row
        if raw
        for word in name_words(raw)
    }
    return Known(frozenset(found))
