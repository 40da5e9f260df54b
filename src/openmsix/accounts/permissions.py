"""What a hat may allow. Each name is an act a person could tell another about; `roles` says who has which."""

from enum import StrEnum

from django.core.exceptions import PermissionDenied


class Permission(StrEnum):
    """An act that needs permission."""

    SEARCH_CHILDREN = "search children"
    OPEN_RECORD = "open a child's record"
    PRINT_RECORD = "print or export a child's record"
    SEE_SOURCES = "see the records as each State sent them"
    SEE_ACCESS_HISTORY = "see who opened a child's record, for people of the own place"
    SUBMIT_FILES = "submit a State's files"
    SEE_SUBMISSIONS = "see a State's submissions and receipts"
    CONFIRM_CLOSURES = "confirm a submission that would close many of a State's children"
    SEE_ID_CHANGES = "see the changes of MSIX IDs of a State's children"
    SEE_MOVES = "see which children of the own place came to another State or district"
    SEE_TASKS = "see the tasks of the own place"
    DECIDE_TASKS = "decide the tasks of the own place"
    PROPOSE = "propose that records are of one child or of two, which a second person validates"
    EXPUNGE = "ask for or approve, as one of two, that what was sent in error is expunged"
    SEE_QUALITY = "see the quality of identity of the own State, and its lists"
    MANAGE_USERS = "manage the people of the own place"
    SEE_NATIONAL_REPORTS = "see national reports"
    OPERATE = "see how the system runs"


class NotPermitted(PermissionDenied):
    """The hat does not allow the act. The text names the hat's role and the act, and no child."""
