"""Where one installation keeps what is its own: the embedded database, kept files, keys.

`OPENMSIX_HOME` names the folder; without it, it is `var` in the present folder. Secrets come from the environment
(`OPENMSIX_SECRET_KEY`, `OPENMSIX_FILE_KEYS`); a demo that has none makes them once and keeps them here, readable by its owner only.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path


def home() -> Path:
    """The installation's folder (it may not exist yet)."""
    return Path(os.environ.get("OPENMSIX_HOME", "var")).resolve()


def _kept(name: str, made: str) -> str:
    """The secret kept under this name; made and written once if it is not there.

    Raises:
        SystemExit: the installation's folder cannot be used; the message says why.
    """
    path = home() / "secrets" / name
    try:
        if not path.exists():
            _write(path, made)
        return path.read_text().strip()
    except OSError as fault:
        raise SystemExit(
            f"The folder {home()} cannot be used ({fault.strerror}). Name another one in OPENMSIX_HOME, or make this one yours to write."
        ) from fault


def _write(path: Path, made: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written whole under another name first, so that of two that start at once neither reads half a secret.
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(made)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()


def secret_key() -> str:
    """The key that signs sessions and derives references."""
    return os.environ.get("OPENMSIX_SECRET_KEY") or _kept("secret-key", secrets.token_urlsafe(48))


def role_password(role: str) -> str:
    """The password of a database role, derived so that it need not be kept."""
    return hmac.new(secret_key().encode(), f"database role {role}".encode(), hashlib.sha256).hexdigest()


def file_keys() -> str:
    """The keys that encrypt kept files, as `id:base64 id:base64 ...`, the newest first."""
    made = "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return os.environ.get("OPENMSIX_FILE_KEYS") or _kept("file-keys", made)


def sftp_host_key(made: str) -> str:
    """The private key by which clients know the drop box again. `made`: a new one, kept if there is none yet."""
    return _kept("sftp-host-key", made) + "\n"
