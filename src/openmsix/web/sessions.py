"""Sessions, in the database. Their keys come from cookies, where anybody may write anything."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS


class SessionStore(db.SessionStore):
    """Takes a key that no site ever gave for none at all, before the database is asked: it refuses some signs."""

    def _validate_session_key(self, key: str | None) -> bool:
        """Whether a session can have this key."""
        could_be: bool = super()._validate_session_key(key)  # type: ignore[misc]  # not in the stubs
        return could_be and set(key or "") <= set(VALID_KEY_CHARS)
