"""What a near match is about, for the list of tasks: the two records' children side by side, and the verdict in a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

from openmsix.accounts.hats import Hat
from openmsix.identity import proposing, questions
from openmsix.identity.assigning import PAIR, PROPOSAL
from openmsix.identity.models import Proposal
from openmsix.students.models import Child
from openmsix.worklist.models import Message, Task

from .listed import listed


@dataclass(frozen=True)
class Side:
    """One of the two records. `child`: whom it is linked to; None if the hat may not open that record."""

    state_code: str
    child: Child | None


@dataclass(frozen=True)
class Pair:
    """A near match as a row tells it. `sentence` is empty where the hat may not open both records: it holds names.

    `against`: the rules besides likeness for which a person is asked. `wrote`: the last word about it, if somebody else has it. `locked_by`: the number of the
    proposal about one of the children that waits for a second person; until then nothing can be answered here.
    """

    sides: tuple[Side, Side]
    sentence: str
    against: tuple[str, ...]
    wrote: Message | None = None
    locked_by: str = ""


def pairs(tasks: Iterable[Task], hat: Hat) -> dict[int, Pair]:
    """The two records of each task that is a near match, by the task's id. The audit keeps that they were listed."""
    tasks = list(tasks)
    refs = [task.subject_id for task in tasks if task.subject_type == PROPOSAL]
    of_proposal = dict(Proposal.objects.filter(ref__in=refs).exclude(pair=None).values_list("ref", "pair_id"))
    near = {int(task.subject_id): task.pk for task in tasks if task.subject_type == PAIR}
    near |= {
        of_proposal[task.subject_id]: task.pk
        for task in tasks
        if task.subject_type == PROPOSAL and task.subject_id in of_proposal
    }
    asked = questions.questions(near)
    ids = {side.msix_id for question in asked.values() for side in (question.left, question.right)}
    children = listed(
        ids, hat, action="worklist:near_matches:listed", subject_type="tasks", near_matches=len(asked)
    )
    wrote, asking = _last_words(near, hat), {task.pk for task in tasks if task.subject_type == PAIR}
    locks = proposing.locks(ids)
    return {
        near[id_]: _pair(question, children, wrote.get(id_), locks if near[id_] in asking else {})
        for id_, question in asked.items()
    }


def _last_words(pair_ids: Iterable[int], hat: Hat) -> dict[int, Message]:
    """The last message about each of these near matches, where somebody else wrote it."""
    threads = Message.objects.filter(subject_type=PAIR, subject_id__in=[str(pair_id) for pair_id in pair_ids])
    last = {int(message.subject_id): message for message in threads.order_by("pk")}
    return {
        pair_id: one
        for pair_id, one in last.items()
        if one.state_code != hat.state_code or one.author_id != hat.actor_id
    }


def _pair(
    question: questions.Question, children: dict[str, Child], wrote: Message | None, locks: dict[str, str]
) -> Pair:
    left, right = (
        Side(side.state_code, children.get(side.msix_id)) for side in (question.left, question.right)
    )
    sentence = question.sentence if left.child and right.child else ""
    locked = locks.get(question.left.msix_id) or locks.get(question.right.msix_id, "")
    return Pair((left, right), sentence, question.against, wrote, locked)
