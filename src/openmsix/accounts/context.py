"""Under which hat the present work is done, for the database to know.

Every transaction of the application begins by telling PostgreSQL (`openmsix.actor`, `openmsix.role`, `openmsix.state`; see
`config/postgresql/base.py`), so that row-level security can stand behind the filters of the code. What was told ends with the transaction. Work that
nobody put a hat on tells nothing, and a policy's default for that is no rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token

from openmsix import staging
from openmsix.accounts.hats import Hat

_worn: ContextVar[Hat | None] = ContextVar("hat_worn", default=None)


def told() -> dict[str, str]:
    """What a transaction that begins now tells the database; empty texts when no hat is worn."""
    hat = _worn.get()
    return {
        "openmsix.actor": str(hat.actor_id or hat.actor) if hat else "",
        "openmsix.role": hat.role.key if hat else "",
        "openmsix.state": hat.state_code if hat else "",
    }


def put_on(hat: Hat | None) -> "Token[Hat | None]":
    """Wear a hat until `take_off`."""
    return _worn.set(hat)


def take_off(token: "Token[Hat | None]") -> None:
    """Wear again what was worn before."""
    _worn.reset(token)


def speak_for(state_code: str) -> None:
    """Name the State whose rows the present transaction is about, whoever wears which hat."""
    staging.rows("SELECT set_config('openmsix.state', %s, true)", [state_code])


@contextmanager
def wearing(hat: Hat | None) -> Iterator[None]:
    """Within the block, transactions that begin tell the database of this hat."""
    token = put_on(hat)
    try:
        yield
    finally:
        take_off(token)
