"""Whose hand an act was."""

from typing import Protocol


class Hand(Protocol):
    """Who acts, as the audit writes it down. A hat of `accounts` is one."""

    @property
    def actor_id(self) -> int | None:
        """The person's number; none for a job or a command."""

    @property
    def actor(self) -> str:
        """The person's e-mail address, or the name of the job or command."""

    @property
    def label(self) -> str:
        """The role and the place in words, for example "Primary User, Lincoln Elementary"."""
