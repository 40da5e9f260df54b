"""The page of the documentation that tells who may do what."""

from openmsix.dictionary.markdown import table

from .permissions import Permission
from .roles import ROLES, Reach, Role
from .scopes import ALLOWS, WORDS, Scope

REACH = {
    Reach.ALL: "every child",
    Reach.STATE: "children with any record of the own State",
    Reach.NONE: "no child",
}
MARKS = {"V": "a public source says so", "R": "recalled, not seen in a public source", "O": "ours"}


def roles_page() -> str:
    """All roles with what each allows, as Markdown."""
    marks = ", ".join(f"{mark}: {words}" for mark, words in MARKS.items())
    return "\n".join(
        [
            "# Roles",
            "",
            "A person holds a role at a place. Who reaches a child reaches the whole record, whatever State sent it.",
            f"The mark says how certain the row is as a whole ({marks}).",
            "",
            table(
                ("Role", "In commands", "What for", "Held at", "Reaches", "Mark"), map(_row, ROLES.values())
            ),
            "## Who may do what",
            "",
            table(("", *(role.name for role in ROLES.values())), map(_permission, Permission)),
            "## Scopes of API clients",
            "",
            "A State's own system holds scopes instead of a role (`openmsix clients`). It speaks for its State only; with a scope about students it reaches",
            "every child, like a Primary User.",
            "",
            table(("Scope", "Lets it", "Permissions"), map(_scope, Scope)),
        ]
    )


def _row(role: Role) -> tuple[str, ...]:
    return role.name, f"`{role.key}`", role.description, ", ".join(role.levels), REACH[role.reach], role.mark


def _permission(permission: Permission) -> tuple[str, ...]:
    cells = ("yes" if permission in role.permissions else "" for role in ROLES.values())
    return permission.value, *cells


def _scope(scope: Scope) -> tuple[str, ...]:
    allowed = (permission.value for permission in Permission if permission in ALLOWS[scope])
    return f"`{scope}`", WORDS[scope], "; ".join(allowed)
