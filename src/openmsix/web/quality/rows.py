"""Pairs of records in the lists of the quality of identity: who the two are, and where their question lies."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.identity import questions
from openmsix.identity.models import CandidatePair, PairStatus, Proposal
from openmsix.students.models import Child
from openmsix.web.children.words import state_name
from openmsix.web.tasks.listed import listed
from openmsix.web.tasks.pairs import Pair, Side
from openmsix.worklist.models import Task


@dataclass(frozen=True)
class ToDo:
    """Where the question about a pair lies; at most one is told.

    `task`: the hat decides it. `proposal`: it was answered, and waits for a second person. `asked_in`: States whose people are asked. `two`: nobody is asked, but the
    hat may lay these two children side by side. `is_decided`: it is no question any more.
    """

    task: int | None = None
    proposal: str = ""
    asked_in: str = ""
    two: tuple[str, str] | None = None
    is_decided: bool = False


@dataclass(frozen=True)
class Row:
    """Two records of a list, with their weight, and what there is to do about them."""

    pair: Pair
    weight: float | None
    to_do: ToDo


def children_of(ids: Iterable[str], hat: Hat, what: str) -> dict[str, Child]:
    """The children of a list whom the hat may open. The audit keeps that they were listed."""
    return listed(set(ids), hat, action="reports:quality:listed", subject_type="children", list=what)


def rows_of(ids: Iterable[int], hat: Hat, what: str) -> list[Row]:
    """Candidate pairs in this order, as rows; those that are gone since are left out."""
    numbers = list(ids)
    asked = questions.questions(numbers)
    sides = {side.msix_id for one in asked.values() for side in (one.left, one.right)}
    children = children_of(sides, hat, what)
    lying = _lying(numbers, hat)
    return [_row(asked[one], children, lying.get(one), hat) for one in numbers if one in asked]


def _row(one: questions.Question, children: Mapping[str, Child], to_do: ToDo | None, hat: Hat) -> Row:
    left, right = (Side(side.state_code, children.get(side.msix_id)) for side in (one.left, one.right))
    sentence = one.sentence if left.child and right.child else ""
    pair = Pair((left, right), sentence, one.against)
    return Row(pair, one.score.weight, to_do or ToDo(two=_two(left.child, right.child, hat)))


def _two(left: Child | None, right: Child | None, hat: Hat) -> tuple[str, str] | None:
    if left is None or right is None or left.pk == right.pk or not hat.may(Permission.PROPOSE):
        return None
    return left.ref, right.ref


def _in_words(states: Collection[str]) -> str:
    return ", ".join(state_name(code) if code else _("the nation") for code in sorted(states))


def _lying(pair_ids: Sequence[int], hat: Hat) -> dict[int, ToDo]:
    """Where the questions about these pairs lie; those are left out of which nobody is asked."""
    ended = CandidatePair.objects.filter(pk__in=pair_ids).exclude(status=PairStatus.OPEN)
    found = {number: ToDo(is_decided=True) for number in ended.values_list("pk", flat=True)}
    open_tasks = Task.objects.open().filter(subject_type="candidate_pair", subject_id__in=map(str, pair_ids))
    states: dict[int, set[str]] = defaultdict(set)
    for subject, path in open_tasks.values_list("subject_id", "place__path"):
        states[int(subject)].update(path.split("/")[2:3])
    found |= {number: ToDo(asked_in=_in_words(codes)) for number, codes in states.items()}
    proposals = Proposal.objects.visible_to(hat).open().filter(pair__in=pair_ids)
    found |= {pair: ToDo(proposal=ref) for pair, ref in proposals.values_list("pair_id", "ref")}
    mine = open_tasks.for_hat(hat).values_list("subject_id", "pk")
    return found | {int(subject): ToDo(task=number) for subject, number in mine}
