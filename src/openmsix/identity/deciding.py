"""What people decide of near matches: that two records are two children, or that they are one, for which a second person must agree.

That two are different takes one person, for it changes no record, and can be taken back. That two are one moves records from child to child, so a second person validates it:
of another State where two States are concerned, and never the one who started it. The acts run alone in the nation, as all that decides who is who.
"""

from django.db import transaction

from openmsix import typed
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.identity import assigning, entries, settling
from openmsix.identity.actions import take_turn
from openmsix.identity.answering import may_answer, validators
from openmsix.identity.assigning import PAIR
from openmsix.identity.models import CandidatePair, Link, Proposal
from openmsix.identity.proposing import check_free, note, one_line, proposed, told
from openmsix.identity.refusing import NotDecided, Why
from openmsix.identity.words import PairStatus
from openmsix.worklist import actions as worklist

LONGEST_MESSAGE = 2_000


@transaction.atomic
def different(*, pair: CandidatePair, by: Hat, reason: str = "") -> None:
    """The two records are two children: no weight joins them from now on, and the question is closed.

    Raises:
        NotPermitted: the person is of another State, or decides no tasks.
        NotDecided: it was decided before, or a merge of the two waits for a second person.
    """
    why = one_line(reason, may_be_empty=True)
    pair, _ = _begin(pair, by)
    settling.settle(pair, PairStatus.DIFFERENT, by=by, reason=why)
    note(by, "different", PAIR, str(pair.pk), reason=why)
    entries.keep_deciding(what="different", pairs=[pair.pk], by=by, reason=why)


@transaction.atomic
def ask(*, pair: CandidatePair, by: Hat, text: str) -> list[str]:
    """Write to the people of the other State about a near match, or answer them; the question waits there too from now on. The States that are asked.

    Raises:
        NotPermitted: the person is of another State, or decides no tasks.
        NotDecided: it was decided before, a merge of the two waits for a second person, or nothing is written.
    """
    words = typed.lines(text)
    if not words or len(words) > LONGEST_MESSAGE:
        raise NotDecided(Why.NO_WORDS, most=f"{LONGEST_MESSAGE:,}")
    pair, msix_ids = _begin(pair, by)
    worklist.write(subject_type=PAIR, subject_id=str(pair.pk), text=words, by=by)
    states = validators(msix_ids, by.state_code)
    worklist.open_tasks(assigning.of_pair(pair, states), by=by)
    return states


@transaction.atomic
def same(*, pair: CandidatePair, by: Hat, reason: str = "") -> Proposal:
    """The two records are one child: the proposal that a second person must agree to. Until then nothing is changed.

    The MSIX ID that stays is that of the child with more live records, of two with as many the one that was minted first.

    Raises:
        NotPermitted: the person is of another State, or decides no tasks.
        NotDecided: it was decided before, the two are one child already, or another merge of one of them waits.
    """
    why = one_line(reason, may_be_empty=True)
    pair, msix_ids = _begin(pair, by)
    if len(set(msix_ids)) == 1:
        raise NotDecided(Why.ONE_ALREADY)
    proposal = proposed(set(msix_ids), pair=pair, by=by, reason=why)
    settling.end_tasks(PAIR, [str(pair.pk)], by=by, outcome="same, to be validated")
    return told(proposal, by)


def _begin(pair: CandidatePair, by: Hat) -> tuple[CandidatePair, list[str]]:
    """Take the turn; the pair as it is now, and the MSIX IDs of its two records."""
    by.check(Permission.DECIDE_TASKS)
    take_turn()
    pair = CandidatePair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    links = dict(
        Link.objects.live()
        .filter(state_record__in=[pair.left_id, pair.right_id])
        .values_list("state_record", "msix_id")
    )
    states = Link.objects.live().filter(msix_id__in=links.values()).values_list("state_code", flat=True)
    if not may_answer(by, set(states), PAIR, str(pair.pk)):
        raise NotPermitted(f"{by.label} does not decide near matches of these States.")
    if pair.status != PairStatus.OPEN or len(links) < 2:
        raise NotDecided(Why.DECIDED)
    check_free(links.values())
    return pair, list(links.values())
