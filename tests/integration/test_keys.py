"""Keys of kept files: a new one, moving files to it, and being told when one is lost or wrong."""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from openmsix.audit import sealer
from openmsix.config import home
from openmsix.config.embedded import PASSWORDS_ASKED
from openmsix.intake import kept
from openmsix.intake.sealed import CannotOpen
from openmsix.ops.exits import Exit
from tests import parts
from tests.command_line import Ended, Terminal, alone
from tests.integration.texas import Texas

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]
OTHER = "k1:" + "A" * 43 + "="


@pytest.fixture(autouse=True)
def sealed(db: None) -> None:
    """What was there before the test is sealed, as by a worker: `status` has nothing to say of it, however long the tests before took."""
    sealer.seal_once()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation's folder of its own, with keys that it made."""
    from django.conf import settings

    for name in ("secrets", "postgresql"):
        (tmp_path / "home" / name).mkdir(parents=True)
    monkeypatch.setattr(home, "home", lambda: tmp_path / "home")
    # The database's passwords come from the secret key of the tests.
    monkeypatch.setenv("OPENMSIX_SECRET_KEY", str(settings.SECRET_KEY))
    with parts.kept_in(tmp_path / "home" / "kept"), override_settings(FILE_KEYS=home.KeysFile()):
        yield tmp_path / "home"


def keys_in(folder: Path) -> list[str]:
    return [each.partition(":")[0] for each in (folder / "secrets" / "file-keys").read_text().split()]


def keys_of_files() -> dict[str, str]:
    return {name: kept.key_id(name) for name in kept.names() if not name.startswith("keys/")}


def keep(number: int) -> dict[str, bytes]:
    contents = [f"child {each}".encode() * 100 for each in range(number)]
    return {kept.store(io.BytesIO(content), "received/TX/one"): content for content in contents}


def test_a_new_key_encrypts_from_now_on_and_the_old_one_still_opens(folder: Path, openmsix: Terminal) -> None:
    [old] = keep(1)
    ended = openmsix("rotate-key")
    assert ended.code == Exit.DONE
    assert "The new key k2" in ended.said
    assert "Kept files need: k1, k2." in ended.said
    assert keys_in(folder) == ["k2", "k1"]
    assert (folder / "secrets" / "file-keys").stat().st_mode & 0o077 == 0
    [new] = keep(1)
    assert (kept.key_id(old), kept.key_id(new)) == ("k1", "k2")
    assert kept.read(old) == kept.read(new)


def test_kept_files_are_moved_to_the_new_key_and_the_old_one_may_go(folder: Path, openmsix: Terminal) -> None:
    files = keep(3)
    ended = openmsix("rotate-key", "--reseal")
    assert "3 kept files were encrypted anew" in ended.said
    assert "No kept file needs: k1." in ended.said
    assert set(keys_of_files().values()) == {"k2"}
    (folder / "secrets" / "file-keys").write_text((folder / "secrets" / "file-keys").read_text().split()[0])
    assert {name: kept.read(name) for name in files} == files
    assert openmsix("status").code == Exit.DONE


def test_what_was_broken_off_goes_on_with_the_same_key_and_every_file_stays_readable(
    folder: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = keep(4)
    replaced: list[str] = []

    def dies(name: str, content: Any) -> None:
        if len(replaced) == 2:
            raise KeyboardInterrupt
        replaced.append(name)
        replace(name, content)

    replace = kept.replace
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(kept, "replace", dies)
        assert openmsix("rotate-key", "--reseal").code == Exit.INTERRUPTED
    assert sorted(keys_of_files().values()) == ["k1", "k1", "k2", "k2"]
    assert {name: kept.read(name) for name in files} == files
    assert openmsix("rotate-key", "--reseal").code == Exit.DONE
    assert keys_in(folder) == ["k2", "k1"]
    assert set(keys_of_files().values()) == {"k2"}
    assert {name: kept.read(name) for name in files} == files


def test_a_file_that_is_being_rewritten_is_the_old_one_or_the_new_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [(name, content)] = keep(1).items()
    monkeypatch.setattr(Path, "replace", _no_room)
    with pytest.raises(OSError, match="no room"):
        kept.replace(name, lambda: io.BytesIO(b"other"))
    assert kept.read(name) == content
    assert [each for each in (folder / "kept/received/TX").iterdir() if each.name.startswith(".")] == []


def _no_room(*_: Any) -> None:
    raise OSError("no room")


def test_what_does_not_come_back_from_the_disk_is_not_taken(folder: Path) -> None:
    [(name, content)] = keep(1).items()
    different = iter([b"one", b"other"])
    with pytest.raises(CannotOpen, match="did not come back"):
        kept.replace(name, lambda: io.BytesIO(next(different)))
    assert kept.read(name) == content


def test_keys_from_the_environment_are_printed_and_not_changed(
    folder: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(1)
    given = (folder / "secrets" / "file-keys").read_text()
    monkeypatch.setenv("OPENMSIX_FILE_KEYS", given)
    with override_settings(FILE_KEYS=given):
        ended = openmsix("rotate-key", "--reseal")
    assert ended.code == Exit.DONE
    assert "Set OPENMSIX_FILE_KEYS" in ended.err
    assert set(keys_of_files().values()) == {"k1"}
    monkeypatch.setenv("OPENMSIX_FILE_KEYS", ended.out.strip())
    with override_settings(FILE_KEYS=ended.out.strip()):
        assert openmsix("rotate-key", "--reseal").code == Exit.DONE
        assert set(keys_of_files().values()) == {"k2"}
    assert (folder / "secrets" / "file-keys").read_text() == given


def beginning(openmsix: Terminal, tmp_path: Path) -> list[Ended]:
    """What each command says that begins work, or writes what is kept."""
    file = Texas(tmp_path).file({"S1": "Ana"})
    ids = tmp_path / "ids.csv"
    ids.write_text("msix_id\n")
    commands: tuple[tuple[str | Path, ...], ...] = (
        ("submit", file),
        ("migrate",),
        ("rotate-key",),
        ("backup", tmp_path / "backups"),
        ("adopt-ids", ids),
        ("links", "undo", "1", "--reason", "wrong"),
        ("retry", "TX-20261123-7K3F"),
        ("expunge", "approve", "X-20261123-7K3F", "--by", "a@example.org"),
        ("expunge", "finish", "X-20261123-7K3F"),
    )
    return [openmsix(*words) for words in commands]


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize(
    ("keys", "words"),
    [("k9:" + "A" * 43 + "=", "need the key 'k1', which is not among"), (OTHER, "key 'k1' is another one")],
)
def test_a_lost_or_wrong_file_key_is_told_before_work_begins(
    keys: str, words: str, marked: bool, folder: Path, openmsix: Terminal, tmp_path: Path
) -> None:
    keep(1)
    if not marked:  # by an openmsix that left no marks yet
        kept.remove("keys/k1")
    with override_settings(FILE_KEYS=keys):
        for ended in beginning(openmsix, tmp_path):
            assert ended.code == Exit.FAILED
            assert words in ended.said
        status = openmsix("status")
        assert status.code == Exit.MEND
        assert words in status.said
    assert len(keys_of_files()) == 1


@pytest.mark.parametrize("keys", ["k9:" + "A" * 43 + "=", OTHER])
def test_nothing_is_kept_under_a_key_that_is_not_the_installations(keys: str, folder: Path) -> None:
    [name] = keep(1)
    before = kept.names()
    with override_settings(FILE_KEYS=keys):
        with pytest.raises(CannotOpen, match="Bring"):
            keep(1)
        with pytest.raises(CannotOpen, match="Bring"):
            kept.replace(name, lambda: io.BytesIO(b"other"))
    assert kept.names() == before
    assert kept.read(name)


def test_an_installation_without_marks_gets_them(folder: Path, openmsix: Terminal) -> None:
    keep(1)
    kept.remove("keys/k1")
    assert openmsix("status").code == Exit.DONE
    assert kept.names("keys") == ["keys/k1"]


@pytest.mark.slow
def test_a_lost_secret_key_of_the_embedded_database_is_told_and_another_one_can_be_taken() -> None:
    with tempfile.TemporaryDirectory(prefix="openmsix-keys-") as folder:
        own = Path(folder)
        own.chmod(0o755)
        assert alone("migrate", home=own).code == Exit.DONE
        (own / "secrets" / "secret-key").unlink()
        ended = alone("status", home=own)
        assert ended.code == Exit.FAILED
        assert "The secret key is another one than that of the embedded database" in ended.said
        assert alone("migrate", "--new-secret-key", home=own).code == Exit.DONE
        assert (own / "postgresql" / "pg_hba.conf").read_text() == PASSWORDS_ASKED
        assert alone("status", home=own).code == Exit.DONE
