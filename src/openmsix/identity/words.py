"""The words in which it is said who is who and why. They stand apart from the tables, so that the documentation can read them."""

from django.db import models

CLOCK = "clock"
"""Who signs what is done because days ran out: nobody looked at it."""


class Origin(models.TextChoices):
    """How an MSIX ID came to be known here."""

    MINTED = "minted", "made here"
    SENT = "sent", "sent by a State, unknown before"
    ADOPTED = "adopted", "taken over from the system before"


class Reason(models.TextChoices):
    """Why a record is linked to an MSIX ID."""

    MATCHED = "matched", "the linkage model found the same child"
    SENT = "sent", "the State sent the MSIX ID"
    NEW = "new", "no known child is the same"
    ADOPTED = "adopted", "taken over from the system before"
    DECIDED = "decided", "a person decided"
    SPLIT = "split", "a person split it off from another child"
    UNDONE = "undone", "an earlier link was undone"


class PairStatus(models.TextChoices):
    """Where a candidate pair stands."""

    OPEN = "open", "waits for a person"
    SAME = "same", "decided: the same child"
    DIFFERENT = "different", "decided: different children"
    WITHDRAWN = "withdrawn", "no longer in question"


class ProposalKind(models.TextChoices):
    """What a proposal asks for."""

    MERGE = "merge", "make them one child"
    SPLIT = "split", "make two children of one"
    UNDO = "undo", "undo a merge or a split"


class ProposalStatus(models.TextChoices):
    """Where a proposal stands."""

    OPEN = "open", "waits for a second person"
    DONE = "done", "carried out"
    REFUSED = "refused", "refused by the second person"
    LAPSED = "lapsed", "not possible any more"
    WITHDRAWN = "withdrawn", "withdrawn by the person who started it"


AGAINST = {
    "known_different": "people found the two records to be different children",
    "one_live_record_per_state": "the child has another live record in the State, or another student of the State fits better",
}
"""Besides the vetoes of the linkage model, why a sent MSIX ID is not followed."""
