"""Why a near match or a proposal cannot be decided: each reason in one sentence, which commands say as it is and pages in the reader's language."""

from enum import StrEnum

from openmsix.worklist.refusing import Refused


class Why(StrEnum):
    """The reasons. What stands in `%(...)s` is filled in; none of it names a child."""

    DECIDED = "This was decided or withdrawn before. Nothing was changed by your answer."
    PROPOSED = "A proposal about one of these children waits for a second person already (%(ref)s). Decide that first."
    ONE_ALREADY = "The two records belong to one child already. Nothing is left to decide."
    ONE_CHILD = "Choose two children: a child is not merged with itself."
    NOT_THERE = "One of these children is not there any more as it was. Look for it again."
    NOT_YOURS = "%(ref)s is withdrawn by the person who started it."
    NOT_HELD = "%(ref)s does not hold now, so there is nothing to undo."
    MOVED_ON = (
        "Records that %(ref)s moved have gone elsewhere since. It cannot be undone as a whole any more."
    )
    NOT_SOME = "Choose some of the records, and not all of them: those that are of another child."
    NO_WORDS = "Write what you ask, in at most %(most)s characters."
    NO_REASON = "Say why in one line of at most %(most)s characters, without names."
    SAME_PERSON = "Whoever started %(ref)s cannot be the second person. Another Data Administrator must."
    OTHER_STATE = "%(ref)s is validated by a Data Administrator of %(states)s."
    OTHER_PLACE = "%(ref)s lies with other Data Administrators of your State now."


class NotDecided(Refused):
    """This cannot be decided; the text says why, in plain words. Nothing was changed."""
