"""For what a child's record may be read. Every disclosure names one of these."""

from enum import StrEnum


class Purpose(StrEnum):
    """Why somebody reads a record. `words`: the same for people."""

    words: str

    ENROLLMENT = "enrollment", "Enroll or place a child"
    CREDITS = "credits", "Counsel a student about courses and credits"
    SERVICES = "services", "Recruit, or provide program services"
    TRANSFER = "transfer", "Prepare a family's transfer packet"
    QUALITY = "quality", "Check whether records are right and of one child"
    REQUEST = "request", "Answer a parent's or student's request"

    def __new__(cls, key: str, words: str) -> "Purpose":
        """A purpose by its key."""
        made = str.__new__(cls, key)
        made._value_ = key
        made.words = words
        return made
