"""Who may ask that something is expunged, and who may approve it. Pure but for the hats.

Two persons, never the same one. Of a State's own record or submission one of them is the State's, the other of the same State or of the nation. A whole child concerns several States: one is the
nation's, the other of a State that has a record of the child. Whatever is not said here is refused.
"""

from collections.abc import Collection

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.worklist.refusing import Refusal

from .models import Expunging, Kind
from .refusing import Why


def may_take_part(hat: Hat, states: Collection[str]) -> bool:
    """Whether a person may ask for or approve the expunging of what concerns these States: a person of one of them, or of the nation. No job or command may."""
    return hat.actor_id is not None and hat.may(Permission.EXPUNGE) and hat.state_code in ("", *states)


def check_requester(hat: Hat, states: Collection[str]) -> None:
    """Refuse who may not ask.

    Raises:
        NotPermitted: always with the same words, whether there is such a child or not.
    """
    if not may_take_part(hat, states):
        raise NotPermitted(f"{hat.label} may not ask that this is expunged.")


def obstacle(hat: Hat, request: Expunging) -> Refusal | None:
    """Why this person cannot be the second one; None if nothing stands against it."""
    of = {"ref": request.ref}
    if not may_take_part(hat, request.states):
        return Refusal(Why.NO_PART, of)
    if hat.actor_id == request.requested_by_id:
        return Refusal(Why.SAME_PERSON, of)
    of_states = [state for state in (request.requested_for, hat.state_code) if state]
    if not of_states:
        return Refusal(Why.STATE_NEEDED, of)
    if request.kind == Kind.CHILD and len(of_states) == 2:
        return Refusal(Why.NATION_NEEDED, of)
    return None


def check_approver(hat: Hat, request: Expunging) -> None:
    """Refuse who may not be the second person.

    Raises:
        NotPermitted: the same person asked, or both are the nation's, or of another State, or of a whole child none is the nation's.
    """
    if found := obstacle(hat, request):
        raise NotPermitted(str(found))
