"""Why something cannot be asked or decided: each reason in one sentence, which commands say as it is and pages in the reader's language."""

from enum import StrEnum

from openmsix.worklist.refusing import Refused


class Why(StrEnum):
    """The reasons. What stands in `%(...)s` is filled in; none of it names a child."""

    NO_REASON = "Say why in one line of at most %(most)s characters, without names."
    NOBODY = "There is no such student or child here."
    NO_SUBMISSION = "There is no such submission here."
    SEVERAL_TYPES = "%(state)s has sent this identifier under several types. Name one of them: %(types)s."
    ASKED = "%(ref)s asks for this already, and is not decided yet."
    DECIDED = "%(ref)s was decided already."
    RUNNING = "%(ref)s is being taken in. Wait until that is done."
    LATER = "%(later)s was taken in after %(ref)s and stands on it, so %(ref)s cannot go whole. What can go are the students whom no other submission tells of; or later submissions, the last one first. Wrong values of other students are put right by sending the right ones."
    NOBODY_ALONE = "Other submissions tell of every student of %(ref)s too. Expunge students one by one, or put wrong values right by sending the right ones."
    NO_PART = "Of what is asked in %(ref)s, only people of the States concerned and of the nation decide."
    SAME_PERSON = "Whoever asked for %(ref)s cannot approve it. Another person must."
    STATE_NEEDED = "One of the two who expunge must be of a State, and %(ref)s was asked for the nation. A State Data Administrator of one of the States must approve it."
    NATION_NEEDED = "%(ref)s is about a whole child, and was asked for a State. The operator or the Office of Migrant Education must approve it."


class NotPossible(Refused):
    """This cannot be asked or decided; the text says why, in plain words."""
