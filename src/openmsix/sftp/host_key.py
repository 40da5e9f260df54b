"""The key by which clients know the server again."""

import asyncssh


def make() -> str:
    """A new one, as text."""
    return (
        asyncssh.generate_private_key("ssh-ed25519", comment="openmsix drop box")
        .export_private_key()
        .decode()
    )
