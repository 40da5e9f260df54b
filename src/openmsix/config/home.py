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

FILE_KEYS = "file-keys"
SECRET_KEY = "secret-key"  # noqa: S105  (the name of its file)


def home() -> Path:
    """The installation's folder (it may not exist yet)."""
    return Path(os.environ.get("OPENMSIX_HOME", "var")).resolve()


def model_in_use() -> Path:
    """The file of the linkage model that was promoted here; it is not there as long as the shipped one is in use."""
    return home() / "model" / "in-use.json"


def served_at() -> Path:
    """The file that holds the address at which the pages of this installation were last served by `openmsix serve` or `openmsix demo`."""
    return home() / "served-at"


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
    return os.environ.get("OPENMSIX_SECRET_KEY") or _kept(SECRET_KEY, secrets.token_urlsafe(48))


def role_password(role: str) -> str:
    """The password of a database role, derived so that it need not be kept."""
    return hmac.new(secret_key().encode(), f"database role {role}".encode(), hashlib.sha256).hexdigest()


class KeysFile:
    """The keys of kept files as they stand in the installation's folder, read anew each time: a key that is added there is known at once."""

    def __init__(self) -> None:
        made = "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        self._last = _kept(FILE_KEYS, made)

    def __str__(self) -> str:
        with contextlib.suppress(OSError):
            self._last = (home() / "secrets" / FILE_KEYS).read_text().strip()
        return self._last


def file_keys() -> str | KeysFile:
    """The keys that encrypt kept files, as `id:base64 id:base64 ...`, the newest first."""
    return os.environ.get("OPENMSIX_FILE_KEYS") or KeysFile()


def keep_file_keys(text: str) -> None:
    """Put other keys of kept files in the installation's folder; whoever reads finds the old ones or the new ones, whole."""
    folder = home() / "secrets"
    handle, draft = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(folder / FILE_KEYS)


def lacks(name: str) -> bool:
    """Whether one of the two secrets is neither in the environment nor in the installation's folder, so that it would be made anew."""
    setting = {FILE_KEYS: "OPENMSIX_FILE_KEYS", SECRET_KEY: "OPENMSIX_SECRET_KEY"}[name]
    return not os.environ.get(setting) and not (home() / "secrets" / name).exists()


def sftp_host_key(made: str) -> str:
    """The private key by which clients know the drop box again. `made`: a new one, kept if there is none yet."""
    return _kept("sftp-host-key", made) + "\n"
