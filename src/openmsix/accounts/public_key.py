"""Public keys as `ssh-keygen` writes them: which may be used, and how they are named. Pure."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

LEAST_RSA = 3072
"""Bits of an RSA key: the strength of 128 bits (NIST SP 800-57 part 1, table 2)."""

LONGEST = 16_384
MAKE_ONE = "Make one with: ssh-keygen -t ed25519"


class NotUsable(ValueError):
    """This is no public key, or one that is not allowed. The text says why and what to do."""


@dataclass(frozen=True)
class PublicKey:
    """`line`: type and key, without a comment. `fingerprint`: as `ssh-keygen -l` shows it. `comment`: what stood behind it."""

    line: str
    fingerprint: str
    comment: str


def read(text: str) -> PublicKey:
    """Read one public key.

    Raises:
        NotUsable: it is none, is a private key, or is of a kind or length that is not allowed.
    """
    if "PRIVATE KEY" in text:
        raise NotUsable(
            "This is a private key. It stays where it was made and is shown to nobody: give the file that ends in .pub."
        )
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) != 1 or len(text) > LONGEST:
        raise NotUsable(f"A file with one public key on one line is needed. {MAKE_ONE}")
    kind, _, rest = lines[0].partition(" ")
    coded, _, comment = rest.strip().partition(" ")
    _check(kind, coded)
    digest = hashlib.sha256(base64.b64decode(coded)).digest()
    return PublicKey(
        line=f"{kind} {coded}",
        fingerprint="SHA256:" + base64.b64encode(digest).decode().rstrip("="),
        comment=comment.strip(),
    )


def _check(kind: str, coded: str) -> None:
    try:
        key = load_ssh_public_key(f"{kind} {coded}".encode())
    except (ValueError, UnsupportedAlgorithm) as why:
        raise NotUsable(
            f"This is no public key that can be used: ed25519, ecdsa, or rsa of {LEAST_RSA} bits or more. {MAKE_ONE}"
        ) from why
    if isinstance(key, RSAPublicKey):
        if key.key_size < LEAST_RSA:
            raise NotUsable(f"An RSA key needs {LEAST_RSA} bits, and this one has {key.key_size}. {MAKE_ONE}")
    elif not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
        raise NotUsable(f"Keys of the kind {kind} are not safe any more. {MAKE_ONE}")
