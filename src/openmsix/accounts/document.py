"""The page of the documentation that tells who may do what."""

from .permissions import Permission
from .roles import ROLES, Reach, Role

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
            "| Role | What for | Held at | Reaches | Mark |",
            "|---|---|---|---|---|",
            *(_row(role) for role in ROLES.values()),
            "",
            "## Who may do what",
            "",
            f"| | {' | '.join(role.name for role in ROLES.values())} |",
            f"|---|{'---|' * len(ROLES)}",
            *(_permission(permission) for permission in Permission),
            "",
        ]
    )


def _row(role: Role) -> str:
    return (
        f"| {role.name} | {role.description} | {', '.join(role.levels)} | {REACH[role.reach]} | {role.mark} |"
    )


def _permission(permission: Permission) -> str:
    cells = ("yes" if permission in role.permissions else "" for role in ROLES.values())
    return f"| {permission.value} | {' | '.join(cells)} |"
