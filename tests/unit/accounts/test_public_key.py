"""Which public keys may open a drop box."""

import subprocess
from pathlib import Path

import asyncssh
import pytest

from openmsix.accounts import public_key


def made(kind: str, **more: int) -> str:
    key = asyncssh.generate_private_key(kind, comment="nightly export", **more)
    return key.export_public_key().decode()


ED25519 = made("ssh-ed25519")
USABLE = [ED25519, made("ecdsa-sha2-nistp256"), made("ssh-rsa", key_size=3072)]
PRIVATE = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
NOT_USABLE = [
    (PRIVATE, "This is a private key"),
    (made("ssh-rsa", key_size=2048), "needs 3072 bits, and this one has 2048"),
    ("", "one public key on one line"),
    (ED25519 + ED25519, "one public key on one line"),
    ("ssh-ed25519", "no public key"),
    ("ssh-ed25519 AAAA", "no public key"),
    ('from="*" ' + ED25519, "no public key"),
    ("ssh-dss " + ED25519.split()[1], "no public key"),
    ("x" * 20_000, "one public key on one line"),
]


@pytest.mark.parametrize("text", USABLE, ids=["ed25519", "ecdsa", "rsa"])
def test_a_key_is_read_with_its_comment(text: str) -> None:
    key = public_key.read(text)
    assert (key.line, key.comment) == (" ".join(text.split()[:2]), "nightly export")


@pytest.mark.parametrize(("text", "words"), NOT_USABLE)
def test_what_may_not_be_used_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(public_key.NotUsable, match=words):
        public_key.read(text)


def test_the_fingerprint_is_that_of_ssh_keygen(tmp_path: Path) -> None:
    file = tmp_path / "key.pub"
    file.write_text(ED25519)
    told = subprocess.run(["ssh-keygen", "-l", "-f", str(file)], capture_output=True, text=True, check=True)
    assert told.stdout.split()[1] == public_key.read(ED25519).fingerprint
