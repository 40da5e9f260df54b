"""The word that all else is refused with while a database is made from the journal. Pure, so that it can be told before anything is set up."""


class BeingRebuilt(RuntimeError):
    """The database is being made from the journal; until it is whole, nothing else may be done in it."""
