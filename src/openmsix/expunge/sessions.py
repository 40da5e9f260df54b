"""Sessions remember what a person searched for. Those that speak of an expunged child end."""

from collections.abc import Collection
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session

SHORTEST = 3
"""Shorter words stand in too much else."""


def end_those_with(words: Collection[str]) -> int:
    """End the sessions in which one of these words stands; how many. Their owners sign in anew."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    sought = [word.casefold() for word in words if len(word) >= SHORTEST]
    ended = [
        session.pk
        for session in Session.objects.iterator()
        if any(word in str(store.decode(session.session_data)).casefold() for word in sought)
    ]
    return int(Session.objects.filter(pk__in=ended).delete()[0])
