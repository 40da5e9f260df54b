"""The header Prefer (RFC 7240): how long a caller wants to wait for the answer."""

import re

MOST = 30
BATCH = 10
"""Seconds that a small batch waits if nothing is said: most are answered within one or two."""


def seconds_to_wait(prefer: str, *, is_batch: bool) -> int:
    """How long to wait. What is not understood counts as not said."""
    wishes = [wish.strip().lower() for wish in prefer.split(",")]
    if "respond-async" in wishes:
        return 0
    for wish in wishes:
        if found := re.fullmatch(r"wait\s*=\s*\"?([0-9]{1,6})\"?", wish):
            return min(int(found[1]), MOST)
    return BATCH if is_batch else 0
