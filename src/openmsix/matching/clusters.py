"""How records grow into children: pair by pair, the surest first, and never past a reason against it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import NamedTuple

RIVAL_BITS = 3.0
"""A second record of the same State within so many bits is a rival: of twins one may be misspelled into the other."""

Pair = tuple[int, int]
"""Two records, the lesser first."""
Party = int | str
"""Who a record speaks for: the child (text) that a linked record belongs to, or the new record (number) itself."""


def pair_of(one: int, two: int) -> Pair:
    """The pair of two records, whichever comes first."""
    return (one, two) if one < two else (two, one)


class Edge(NamedTuple):
    """A pair that may be one child; `left` is a new record.

    Attributes:
        sure: may be joined without people, as far as the two records alone are concerned.
        same_id: the State itself says so, by one Student Identifier.
    """

    left: int
    right: int
    weight: float
    vetoes: tuple[str, ...]
    sure: bool
    same_id: bool

    @property
    def rank(self) -> tuple[bool, float]:
        """The surer pair has the greater rank."""
        return self.same_id, self.weight

    @property
    def pair(self) -> Pair:
        """The two records."""
        return pair_of(self.left, self.right)


@dataclass(frozen=True)
class Question:
    """A pair for people, with the names of the reasons why it was not decided."""

    edge: Edge
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Records:
    """What is known: the State of each new record, the child of each linked one, and where that one is live."""

    new: Mapping[int, str | None]
    child_of: Mapping[int, str]
    live_in: Mapping[int, str | None]

    def party(self, record: int) -> Party:
        """The child of a linked record; a new record itself."""
        return self.child_of.get(record, record)

    def state(self, record: int) -> str | None:
        """The State in which a record is live."""
        return self.new[record] if record in self.new else self.live_in.get(record)

    @cached_property
    def records_of(self) -> Mapping[Party, list[int]]:
        """The records of every party."""
        members: dict[Party, list[int]] = defaultdict(list)
        for record in (*self.new, *self.child_of):
            members[self.party(record)].append(record)
        return members

    def states(self, party: Party) -> set[str | None]:
        """The States in which a party has live records."""
        return {self.state(record) for record in self.records_of[party]} - {None}

    def connected(self, pairs: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
        """The records that hang together by these pairs, each group with all records of its children."""
        group_of: dict[Party, set[Party]] = {}
        for left, right in pairs:
            one, two = (
                group_of.setdefault(self.party(record), {self.party(record)}) for record in (left, right)
            )
            if one is not two:
                one |= two
                group_of.update(dict.fromkeys(two, one))
        for group in {id(group): group for group in group_of.values()}.values():
            yield sorted(record for party in group for record in self.records_of[party])

    def pairs_with_new(self, group: list[int]) -> Iterator[tuple[int, int]]:
        """The pairs of a sorted group that have a new record: that one first, or the lesser when both are new."""
        for one, two in combinations(group, 2):
            if one in self.new:
                yield one, two
            elif two in self.new:
                yield two, one


class Clusters:
    """Children in the making: every new record on its own and every child with its records, then joined."""

    def __init__(
        self, records: Records, edges: list[Edge], apart: set[Pair], *, all_alike: bool = True
    ) -> None:
        self.records = records
        self.all_alike = all_alike
        self.apart = apart
        by_rank = sorted(edges, key=lambda edge: (edge.rank, -edge.left, -edge.right), reverse=True)
        self.edges = {edge.pair: edge for edge in by_rank}
        self.surest_first = list(self.edges.values())
        self.of: dict[Party, frozenset[Party]] = {party: frozenset((party,)) for party in records.records_of}
        self.questions: list[Question] = []

    def grow(self) -> None:
        """Join what may be joined; what may not becomes a question, one for each two children."""
        strengths = self._strengths()
        doubts: dict[Pair, str] = {}
        for edge in self.surest_first:
            one, two = self.cluster(edge.left), self.cluster(edge.right)
            if not edge.sure or one is two:
                continue
            if doubt := self._doubt(edge, one, two, strengths):
                doubts[edge.pair] = doubt
            else:
                joined = one | two
                self.of.update(dict.fromkeys(joined, joined))
        asked: set[frozenset[frozenset[Party]]] = set()
        for edge in self.surest_first:
            one, two = self.cluster(edge.left), self.cluster(edge.right)
            both = frozenset((one, two))
            if one is not two and both not in asked and not self._known_apart(one, two):
                asked.add(both)
                reasons = (*edge.vetoes, *filter(None, (doubts.get(edge.pair),)))
                self.questions.append(Question(edge, reasons or ("weight_too_low",)))

    def cluster(self, record: int) -> frozenset[Party]:
        """The parties that are one child with this record."""
        return self.of[self.records.party(record)]

    def members(self, cluster: frozenset[Party]) -> list[int]:
        """The records of a cluster, sorted."""
        return sorted(record for party in cluster for record in self.records.records_of[party])

    def _doubt(
        self, edge: Edge, one: frozenset[Party], two: frozenset[Party], strengths: "Strengths"
    ) -> str | None:
        """The rule that forbids to join two clusters by a sure pair, if one does."""
        if sum(isinstance(party, str) for party in (*one, *two)) > 1:
            return "two_existing_children"
        pairs = list(product(self.members(one), self.members(two)))
        if any(self._two_live_in_one_state(*pair) for pair in pairs):
            return "one_live_record_per_state"
        if not self._mutually_best(edge, strengths):
            return "not_mutually_best"
        if any(not self._compatible(pair_of(*pair)) for pair in pairs):
            return "unlike_another_record"
        return None

    def _two_live_in_one_state(self, left: int, right: int) -> bool:
        state = self.records.state(left)
        edge = self.edges.get(pair_of(left, right))
        return state is not None and state == self.records.state(right) and not (edge and edge.same_id)

    def _compatible(self, pair: Pair) -> bool:
        edge = self.edges.get(pair)
        if not self.all_alike:
            return pair not in self.apart
        return edge is not None and (edge.sure or not edge.vetoes)

    def _known_apart(self, one: frozenset[Party], two: frozenset[Party]) -> bool:
        return bool(self.apart) and any(
            pair_of(*pair) in self.apart for pair in product(self.members(one), self.members(two))
        )

    def _strengths(self) -> "Strengths":
        strengths: Strengths = defaultdict(dict)
        for edge in self.edges.values():
            left, right = self.records.party(edge.left), self.records.party(edge.right)
            best = max(edge.rank, strengths[left].get(right, edge.rank))
            strengths[left][right] = strengths[right][left] = best
        return strengths

    def _mutually_best(self, edge: Edge, strengths: "Strengths") -> bool:
        """No rival is as good for either: a rival is live in the same State, so that only one of both can be right."""
        left, right = self.records.party(edge.left), self.records.party(edge.right)
        return not any(
            rival != chosen
            and _as_good(rank, strengths[chooser][chosen])
            and self.records.states(rival) & self.records.states(chosen)
            for chooser, chosen in ((left, right), (right, left))
            for rival, rank in strengths[chooser].items()
        )


def _as_good(rival: tuple[bool, float], chosen: tuple[bool, float]) -> bool:
    return rival[0] >= chosen[0] and rival[1] >= chosen[1] - RIVAL_BITS


Strengths = dict[Party, dict[Party, tuple[bool, float]]]
"""For each two parties the rank of their surest pair."""
