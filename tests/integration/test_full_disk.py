"""A disk that is really full, read-only or gone: the sender is told, nothing is half written, and all goes on by itself once there is room."""

import contextlib
import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test import Client

from openmsix import flow, staging
from openmsix.accounts import sftp_keys
from openmsix.config import embedded, home
from openmsix.intake import kept
from openmsix.intake.models import Answer, Submission, SubmissionPart
from openmsix.places.models import Place
from openmsix.records.models import StateRecord
from openmsix.sftp.receiving import RECEIVED, WAITING, Desk
from tests import parts
from tests.integration.test_faults import now, queued, work
from tests.integration.test_sftp_faults import KEY
from tests.integration.texas import THIRTY, Texas
from tests.people import BY, person

pytestmark = [pytest.mark.other_engine, pytest.mark.usefixtures("committed_db")]
SMALL = "2m"


class Disk:
    """A small disk of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no room."""
        with (self.folder / "filler").open("ab", buffering=0) as file, contextlib.suppress(OSError):
            for size in (65_536, 4_096, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"x" * size) == size:
                        pass

    def free(self) -> None:
        """Make room again."""
        (self.folder / "filler").unlink()

    def mount(self, *options: str) -> None:
        """Mount it (again)."""
        subprocess.run(["mount", *options, str(self.folder)], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    made = Disk(folder)
    try:
        made.mount("-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root may mount a disk")
    yield made
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def kept_on_disk(disk: Disk) -> Iterator[Disk]:
    with parts.kept_in(disk.folder / "kept"):
        yield disk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Texas(tmp_path).file(THIRTY)


def files_of(disk: Disk) -> list[str]:
    return [path.name for path in (disk.folder / "kept").rglob("*") if path.is_file()]


def test_a_sender_at_a_page_is_told_that_there_is_no_room_and_nothing_is_half_kept(
    kept_on_disk: Disk, file: Path
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(person("batch_submitter"))
    kept_on_disk.fill()
    with file.open("rb") as upload:
        answer = client.post("/submissions/send/", {"parts": upload})
    assert answer.status_code == 507
    assert "A disk of the exchange is full" in answer.content.decode()
    assert (Submission.objects.count(), SubmissionPart.objects.count(), files_of(kept_on_disk)) == (0, 0, [])
    kept_on_disk.free()
    with file.open("rb") as upload:
        assert client.post("/submissions/send/", {"parts": upload}).status_code == 302
    assert Submission.objects.get().status == "received"


def test_a_file_at_the_drop_box_waits_until_there_is_room(
    kept_on_disk: Disk, file: Path, tmp_path: Path
) -> None:
    key = sftp_keys.add(state=Place.objects.state("TX"), text=KEY, name="", by=BY)
    (tmp_path / "inbox").mkdir()
    desk = Desk(tmp_path / "inbox")
    area = desk.area("TX")
    (area.unfinished / "tx.zip").write_bytes(file.read_bytes())
    one = area.hand_over("tx.zip", "tx.zip", key.pk)
    kept_on_disk.fill()
    outcome = desk.receive(area, one)
    assert (outcome.ending, "its disk is full" in outcome.text) == (WAITING, True)
    assert files_of(kept_on_disk) == []
    kept_on_disk.free()
    assert desk.receive_all() == 0
    assert [name for name, _ in area.told()] == [f"tx.zip{RECEIVED}"]


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_what_is_taken_in_waits_while_nothing_can_be_kept_and_goes_on_by_itself(
    how: str, kept_on_disk: Disk, file: Path
) -> None:
    submission = queued(file)
    before = files_of(kept_on_disk)
    if how == "full":
        kept_on_disk.fill()
    else:
        kept_on_disk.mount("-o", "remount,ro")
    work()
    waiting = now(submission)
    words = "its disk is full" if how == "full" else "a kept file could not be read or written"
    assert words in waiting.problem
    assert "goes on once that has passed" in waiting.problem
    assert waiting.status in ("storing", "linking")
    assert files_of(kept_on_disk) == before
    stored = StateRecord.objects.count(), Answer.objects.count()
    assert stored in ((0, 0), (30, 30))
    if how == "full":
        kept_on_disk.free()
    else:
        kept_on_disk.mount("-o", "remount,rw")
    staging.run("UPDATE procrastinate_jobs SET scheduled_at = NULL")
    work()
    assert (now(submission).status, now(submission).problem) == ("published", "")


def test_a_kept_folder_that_is_gone_stops_the_work_in_words_until_it_is_back(
    kept_on_disk: Disk, file: Path
) -> None:
    submission = queued(file)
    folder = kept_on_disk.folder / "kept"
    folder.rename(kept_on_disk.folder / "elsewhere")
    work()
    assert now(submission).status == "failed"
    assert "A kept file is not there any more. Bring it back from a backup." in now(submission).problem
    (kept_on_disk.folder / "elsewhere").rename(folder) if not folder.exists() else None
    flow.retry(submission=now(submission), by=BY)
    work()
    assert now(submission).status == "published"


def test_a_full_disk_leaves_no_draft_and_a_killed_writer_s_draft_is_no_kept_file(kept_on_disk: Disk) -> None:
    kept_on_disk.fill()
    with pytest.raises(OSError, match="No space left") as fault, Path("/dev/zero").open("rb") as endless:
        kept.store(endless, "received/TX/2026/endless")
    assert fault.value.errno == errno.ENOSPC
    assert files_of(kept_on_disk) == []
    kept_on_disk.free()
    left = kept_on_disk.folder / "kept/received/TX/2026/.unfinished-1234abcd"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"half")
    assert kept.names("received") == []
    assert kept.forget_unfinished() == 0
    os.utime(left, (0, 0))
    assert kept.forget_unfinished() == 1
    assert files_of(kept_on_disk) == []


@pytest.fixture
def full_database(disk: Disk) -> Iterator[Disk]:
    """The answers of submissions stand on the small disk."""
    if os.environ.get("DATABASE_URL"):
        pytest.skip("needs the superuser of the embedded server")
    space = disk.folder / "postgresql"
    space.mkdir()
    owner = (embedded.folder() / "PG_VERSION").stat()
    for path in (disk.folder, space):
        os.chown(path, owner.st_uid, owner.st_gid)
    for parent in disk.folder.parents:
        if parent != Path("/tmp"):
            with contextlib.suppress(OSError):
                parent.chmod(parent.stat().st_mode | 0o011)
    import psycopg

    given = connections["owner"].settings_dict
    address = {"host": given["HOST"], "port": given["PORT"], "dbname": given["NAME"], "user": "postgres"}
    with psycopg.connect(**address, password=home.role_password("postgres"), autocommit=True) as superuser:
        superuser.execute("drop tablespace if exists small")  # of a run that was killed
        superuser.execute(f"create tablespace small location '{space}'")
        try:
            superuser.execute("alter table intake_answer set tablespace small")
            yield disk
        finally:
            connections.close_all()
            superuser.execute("alter table intake_answer set tablespace pg_default")
            superuser.execute("drop tablespace small")


def test_a_full_disk_of_the_database_undoes_the_stage_and_lets_it_go_on_when_there_is_room(
    full_database: Disk, file: Path, tmp_path: Path
) -> None:
    with parts.kept_in(tmp_path / "kept"):
        submission = queued(file)
        full_database.fill()
        work()
        assert "the disk of its database is full" in now(submission).problem
        assert (StateRecord.objects.count(), Answer.objects.count()) == (0, 0)
        full_database.free()
        staging.run("UPDATE procrastinate_jobs SET scheduled_at = NULL")
        work()
        assert now(submission).status == "published"
    connection.close()
