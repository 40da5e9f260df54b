"""The database engine of the application role."""

from typing import Any

from django.db.backends.postgresql import base

TELL = "select set_config(name, value, true) from unnest(%s::text[], %s::text[]) as told (name, value)"


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc, unused-ignore]
    """Tells each transaction under which hat it is done, before anything else happens in it."""

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        """Leaving autocommit is how Django begins an outermost atomic block."""
        super().set_autocommit(autocommit, *args, **kwargs)
        if not autocommit and self.connection is not None:
            from openmsix.accounts import context

            told = context.told()
            try:
                with self.wrap_database_errors, self.connection.cursor() as cursor:
                    cursor.execute(TELL, [list(told), list(told.values())])
            except BaseException:
                # Left as it is, Django would take the next block for one within a transaction begun by hand, and keep a dead connection for ever.
                self.close()
                raise
