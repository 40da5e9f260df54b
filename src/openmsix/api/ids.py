"""The changes of MSIX IDs of the State's students, so that its own system can follow."""

from itertools import islice
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from openmsix.accounts.permissions import Permission
from openmsix.accounts.scopes import Scope
from openmsix.api.access import ApiRequest, Holds
from openmsix.api.problems import Refused
from openmsix.api.shapes import ChangesPage
from openmsix.identity.changes import changes_after, last_mark

router = Router(tags=["MSIX IDs"])
LARGEST_MARK = 2**63 - 1


class ChangesQuery(Schema):
    """Where to go on."""

    since: Annotated[
        int, Field(ge=0, le=LARGEST_MARK, description="The `mark` that the last call gave; 0 for everything.")
    ] = 0
    limit: Annotated[int, Field(ge=1, le=5000, description="How many a page holds.")] = 1000


@router.get(
    "",
    auth=Holds(Scope.IDS_READ),
    response=ChangesPage,
    url_name="id_changes",
    operation_id="id_changes",
    summary="Changes of MSIX IDs",
)
def id_changes(request: ApiRequest, query: Query[ChangesQuery]) -> dict[str, Any]:
    """Every change after a mark, the oldest first. Keep `mark`; nothing ever appears below a mark that was given."""
    request.hat.check(Permission.SEE_ID_CHANGES)
    state = request.hat.state_code
    if query.since > (last := last_mark(state)):
        wrong = {
            "in": "query",
            "name": "since",
            "wrong": f"The last mark of {state} is {last}; a later one was never given.",
        }
        raise Refused("invalid", errors=[wrong])
    found = list(islice(changes_after(state, query.since), query.limit + 1))
    more = len(found) > query.limit
    page = found[: query.limit]
    mark = page[-1].number if page else query.since
    following = f"{request.path}?since={mark}&limit={query.limit}" if more else None
    return {"changes": [vars(change) for change in page], "mark": mark, "next": following}
