"""What was backed up comes back as it was, or not at all and with words."""

import errno
import io
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest
from django.db import transaction

from openmsix.audit import sealer, verify
from openmsix.audit.actions import record
from openmsix.config import database, grants, home
from openmsix.expunge import actions as expunging
from openmsix.expunge import carrying_out, subjects
from openmsix.identity import rows
from openmsix.intake import kept
from openmsix.ops.backup import facts, make, postgres, streams
from openmsix.ops.backup.layout import DATABASE, MANIFEST, POOL, backups_in
from openmsix.ops.exits import Exit
from openmsix.ops.setup import OPERATOR
from openmsix.records.models import StateRecord
from openmsix.students import actions as students
from openmsix.students.models import Child
from tests import parts
from tests.command_line import Ended, Terminal
from tests.integration import exchange, installations, marked
from tests.integration.exchange import differing
from tests.integration.texas import Texas
from tests.people import hat

pytestmark = pytest.mark.other_engine

TEXAN = subjects.of_student("TX", "MARKTX1", "01")
NOT_KEPT = ("django_session", "shared_cache", "auth_permission", "django_content_type")


@dataclass(frozen=True)
class Installation:
    """An exchange that took in two files of Texas, and a backup of it."""

    texas: Texas
    backups: Path
    contents: dict[str, Counter[str]]
    kept: dict[str, bytes]


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patching:
        yield patching


@pytest.fixture(scope="module")
def old(
    committed_db_of_module: None, patch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("old")
    installations.here(patch)
    with parts.kept_in(folder / "kept"):
        texas = Texas(folder)
        texas.send({"S1": "Ana", "S2": "Luis", "S3": "José"})
        texas.send({"S1": "Ana", "S2": "Lucas", "S3": "José"})
        sealer.seal_once()
        rows.bring_up_to_date()  # as every installation does before it begins
        contents = exchange.contents(without=NOT_KEPT)
        made = make.make(folder / "backups", secret_key=home.secret_key(), keep=None, report=silent)
        assert not made.summary.missing
        yield Installation(
            texas, folder / "backups", contents, {name: kept.read(name) for name in kept.names()}
        )


def silent(step: str, done: int, total: int) -> None:
    """Report to nobody."""


@pytest.fixture
def backups(old: Installation, tmp_path: Path) -> Path:
    """A copy of the backups, to be spoiled."""
    return Path(shutil.copytree(old.backups, tmp_path / "backups"))


@pytest.fixture
def new(old: Installation, patch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty database and an empty folder."""
    with installations.elsewhere(patch, tmp_path / "new"):
        yield tmp_path / "new"


def nothing_came() -> bool:
    """Whether the database is as empty as it was; asked as the owner, since the application's role is not made yet."""
    with grants.connect(database.owner()) as owner:
        return not facts.tables(owner)


def test_everything_comes_back_into_an_empty_database_and_an_empty_folder(
    old: Installation, new: Path, openmsix: Terminal
) -> None:
    ended = openmsix("restore", old.backups)
    assert ended.code == Exit.DONE, ended.said
    assert "the audit is whole" in ended.said
    assert "Next:" in ended.said
    assert exchange.contents(without=NOT_KEPT) == old.contents
    assert {name: kept.read(name) for name in kept.names()} == old.kept


def test_what_came_back_goes_on_and_its_audit_can_be_sealed_and_verified(
    old: Installation, new: Path, openmsix: Terminal
) -> None:
    assert openmsix("restore", old.backups).code == Exit.DONE
    head = verify.report().head
    with transaction.atomic():
        record(by=OPERATOR, action="test:thing:done", subject_type="thing", subject_id="1")
    assert sealer.seal_once() == 1
    report = verify.report(head)
    assert report.whole
    assert report.unsealed_rows == 0
    assert old.texas.send({"S1": "Ana", "S2": "Lucas", "S3": "José", "S4": "Eva"}).status == "published"


def test_only_an_empty_database_and_an_empty_folder_are_filled(
    old: Installation, patch: pytest.MonkeyPatch, tmp_path: Path, openmsix: Terminal
) -> None:
    ended = openmsix("restore", old.backups)
    assert ended.code == Exit.FAILED
    assert "is not empty" in ended.said
    with installations.elsewhere(patch, tmp_path / "new"):
        kept.store(_stream(b"something"), "received/TX/other")
        ended = openmsix("restore", old.backups)
        assert ended.code == Exit.FAILED
        assert "kept files here already" in ended.said
        assert nothing_came()


def _stream(data: bytes) -> IO[bytes]:
    return io.BytesIO(data)


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("which", "words"),
    [
        (DATABASE, "The copy of the database cannot be opened"),
        (MANIFEST, "cannot be opened"),
        (POOL, "cannot be opened"),
    ],
)
def test_changed_bytes_are_told_and_nothing_of_the_backup_is_brought_back(
    which: str, words: str, backups: Path, new: Path, openmsix: Terminal
) -> None:
    [backup] = backups_in(backups)
    spoil(
        backup / which
        if which != POOL
        else max((backups / POOL).rglob("*/*"), key=lambda each: each.stat().st_size)
    )
    checked = openmsix("backup", "--check", backups)
    assert checked.code != Exit.DONE
    assert words in checked.said
    ended = openmsix("restore", backups)
    assert ended.code == Exit.FAILED
    assert nothing_came()


def test_a_whole_backup_is_said_to_be_whole(old: Installation, openmsix: Terminal) -> None:
    ended = openmsix("backup", "--check", old.backups)
    assert ended.code == Exit.DONE
    assert "is whole" in ended.said


@pytest.mark.parametrize("lost", [DATABASE, POOL, MANIFEST])
def test_what_is_missing_of_a_backup_is_told_before_anything_is_touched(
    lost: str, backups: Path, new: Path, openmsix: Terminal
) -> None:
    [backup] = backups_in(backups)
    shutil.rmtree(backups / POOL) if lost == POOL else (backup / lost).unlink()
    ended = openmsix("restore", backups)
    assert ended.code == Exit.FAILED
    assert "not there" in ended.said or "There is no backup" in ended.said or "no manifest" in ended.said
    assert kept.names() == []
    assert nothing_came()


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("OPENMSIX_FILE_KEYS", "other:" + "A" * 43 + "=", "under the key 'k1', which is not among"),
        ("OPENMSIX_FILE_KEYS", "k1:" + "A" * 43 + "=", "the key under its key id is another one"),
        ("OPENMSIX_SECRET_KEY", "another one", "secret key is another one than that of the backup"),
    ],
)
def test_a_lost_or_wrong_key_is_told_before_anything_is_touched(
    setting: str,
    value: str,
    words: str,
    old: Installation,
    new: Path,
    openmsix: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(setting, value)
    ended = openmsix("restore", old.backups)
    assert ended.code == Exit.FAILED
    assert words in ended.said
    assert kept.names() == []
    assert nothing_came()


def test_keys_that_are_not_there_are_asked_for_and_not_made(
    old: Installation, tmp_path: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENMSIX_HOME", str(tmp_path / "empty"))
    ended = openmsix("restore", old.backups)
    assert ended.code == Exit.FAILED
    assert "needs 'k1'" in ended.said
    assert not (tmp_path / "empty").exists()


class Killed(BaseException):
    """The process dies here."""


def test_what_was_killed_in_the_middle_goes_on_with_the_same_command(
    old: Installation, new: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed: list[str] = []

    def place(stream: IO[bytes], name: str) -> str:
        placed.append(name)
        if len(placed) == 2:
            raise Killed
        return real(stream, name)

    real = kept.place
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(kept, "place", place)
        with pytest.raises(Killed):
            openmsix("restore", old.backups)
    assert nothing_came()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("openmsix.ops.setup.prepare_database", _die)
        with pytest.raises(Killed):
            openmsix("restore", old.backups)
    ended = openmsix("submit", old.texas.file({"S1": "Ana"}))
    assert ended.code == Exit.FAILED
    assert "being brought back" in ended.said
    assert openmsix("restore", old.backups).code == Exit.DONE
    assert exchange.contents(without=NOT_KEPT) == old.contents
    assert openmsix("status").code == Exit.DONE


def _die(*_: Any, **__: Any) -> None:
    raise Killed


def test_a_dump_that_breaks_off_leaves_an_empty_database(
    old: Installation, new: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(stream: IO[bytes]) -> Iterator[bytes]:
        piece = stream.read(1 << 20)
        yield piece[: len(piece) // 2]

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(postgres, "pieces", half)
        ended = openmsix("restore", old.backups)
    assert ended.code == Exit.FAILED
    assert "nothing of it was" in ended.said
    assert nothing_came()


def test_without_room_there_is_no_backup_that_looks_whole(
    old: Installation, tmp_path: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(streams, "pieces", _no_room)
        ended = openmsix("backup", tmp_path / "full")
    assert ended.code == Exit.FAILED
    assert "make room and try again" in ended.said
    assert [each.name for each in (tmp_path / "full").iterdir()] == [".lock"]


def _no_room(stream: IO[bytes]) -> Iterator[bytes]:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_backup_that_was_killed_is_cleared_away_by_the_next_one(
    old: Installation, tmp_path: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    left = folder / ".0123456789abcdef-unfinished"
    left.mkdir(parents=True)
    (left / DATABASE).write_bytes(b"half")
    assert backups_in(folder) == []
    assert openmsix("backup", folder).code == Exit.DONE
    assert not left.exists()
    assert len(backups_in(folder)) == 1


def test_kept_files_are_copied_once_and_go_with_the_last_backup_that_needs_them(
    old: Installation, backups: Path, openmsix: Terminal
) -> None:
    [first] = backups_in(backups)
    extra = kept.store(_stream(b"more"), "received/TX/more")
    try:
        before = files_in(backups)
        ended = openmsix("backup", backups)
        assert "(1 of them new)" in ended.said
        assert len(files_in(backups)) == len(before) + 1
    finally:
        kept.remove(extra)
    ended = openmsix("backup", "--keep", "1", backups)
    assert first.name in ended.said
    assert len(backups_in(backups)) == 1
    assert files_in(backups) == before
    assert openmsix("backup", "--check", backups).code == Exit.DONE


def files_in(backups: Path) -> set[str]:
    return {each.name for each in (backups / POOL).rglob("*/*")}


def test_what_arrives_while_the_backup_is_made_does_not_trouble_it(
    old: Installation, patch: pytest.MonkeyPatch, tmp_path: Path, openmsix: Terminal
) -> None:
    arrived: list[str] = []

    def report(step: str, done: int, total: int) -> None:
        if step.startswith("Copying the database") and not arrived:
            arrived.append(kept.store(_stream(b"arrives"), "received/TX/arrives"))

    made = make.make(tmp_path / "backups", secret_key=home.secret_key(), keep=None, report=report)
    kept.remove(arrived[0])
    assert not made.summary.missing
    with installations.elsewhere(patch, tmp_path / "new"):
        assert openmsix("restore", made.path).code == Exit.DONE


def test_a_lost_kept_file_is_told_by_the_backup(
    old: Installation, tmp_path: Path, openmsix: Terminal
) -> None:
    lost = next(name for name in kept.names() if name.startswith("received/"))
    content = kept.read(lost)
    kept.remove(lost)
    try:
        ended = openmsix("backup", tmp_path / "backups")
    finally:
        kept.store(_stream(content), lost)
    assert ended.code == Exit.MEND
    assert f"{lost} is named by the database and is not there" in ended.said


def test_programs_older_than_the_server_are_not_used(
    old: Installation, tmp_path: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_all", lambda: iter([postgres.Clients(Path("/usr/bin"), 9)]))
    ended: Ended = openmsix("backup", tmp_path / "backups")
    assert ended.code == Exit.FAILED
    assert "or newer are needed and not here (found: 9)" in ended.said


def test_a_new_secret_key_derives_the_addresses_of_children_anew(
    old: Installation,
    patch: pytest.MonkeyPatch,
    tmp_path: Path,
    openmsix: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.SECRET_KEY = "another one than before"
    monkeypatch.setenv("OPENMSIX_SECRET_KEY", settings.SECRET_KEY)
    with installations.elsewhere(patch, tmp_path / "new"):
        ended = openmsix("restore", old.backups, "--new-secret-key")
        assert ended.code == Exit.DONE, ended.said
        child = Child.objects.first()
        assert child is not None
        assert child.ref == students.ref_of(child.msix_id)


def test_a_changed_secret_key_is_told_before_work_begins(
    old: Installation, openmsix: Terminal, tmp_path: Path, settings: Any
) -> None:
    settings.SECRET_KEY = "another one than before"
    file = parts.part(parts.two_children())
    (tmp_path / "tx.zip").write_bytes(file)
    for words in (("submit", tmp_path / "tx.zip"), ("migrate",)):
        ended = openmsix(*words)
        assert ended.code == Exit.FAILED
        assert "The secret key is another one" in ended.said
    assert openmsix("status").code == Exit.MEND


def test_what_was_expunged_since_is_expunged_again_in_what_comes_back(
    old: Installation, patch: pytest.MonkeyPatch, tmp_path: Path, openmsix: Terminal
) -> None:
    with installations.elsewhere(patch, tmp_path / "first"):
        openmsix("migrate")
        exchange.take_in(*marked.files(tmp_path))
        people = [hat("state_data_administrator", "TX"), hat("state_data_administrator", "TX", 2)]
        assert openmsix("backup", tmp_path / "backups").code == Exit.DONE
        asked = expunging.request(subject=TEXAN, reason="not ours", by=people[0])
        expunging.approve(asked=asked, by=people[1])
        carrying_out.carry_out(ref=asked.ref)
        others = exchange.held(by_name=True)
    for number, tombstones in enumerate([tmp_path / "first", tmp_path / "first" / "tombstones"]):
        with installations.elsewhere(patch, tmp_path / f"second{number}"):
            ended = openmsix("restore", tmp_path / "backups", "--tombstones", tombstones)
            assert ended.code == Exit.DONE, ended.said
            assert f"Expunged again: {asked.ref}" in ended.said
            assert marked.found(["MARKTX1", "MARKBAD"]) == set()
            assert differing(others, exchange.held(by_name=True), parts=others.keys() - {"tasks"}) == {}
            assert openmsix("audit", "verify").code == Exit.DONE


def test_a_backup_made_after_an_expunging_brings_back_the_student_who_was_sent_anew(
    old: Installation, patch: pytest.MonkeyPatch, tmp_path: Path, openmsix: Terminal
) -> None:
    with installations.elsewhere(patch, tmp_path / "first"):
        openmsix("migrate")
        exchange.take_in(*marked.files(tmp_path))
        people = [hat("state_data_administrator", "TX"), hat("state_data_administrator", "TX", 2)]
        asked = expunging.request(subject=TEXAN, reason="not ours", by=people[0])
        expunging.approve(asked=asked, by=people[1])
        carrying_out.carry_out(ref=asked.ref)
        exchange.take_in(marked.file(tmp_path, "TX", 5, {"MARKTX1": marked.CHILD, **marked.OTHERS}))
        assert openmsix("backup", tmp_path / "backups").code == Exit.DONE
    with installations.elsewhere(patch, tmp_path / "second"):
        ended = openmsix("restore", tmp_path / "backups", "--tombstones", tmp_path / "first")
        assert ended.code == Exit.DONE
        assert "Expunged again" not in ended.said
        assert StateRecord.objects.filter(state_student_id="MARKTX1").exists()
