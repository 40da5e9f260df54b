"""States' systems at the drop box, with the real OpenSSH client and the server as a process of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from openmsix import flow
from openmsix.accounts import sftp_keys
from openmsix.accounts.models import SftpKey
from openmsix.audit.models import Event
from openmsix.config import database
from openmsix.intake.models import Submission, SubmissionPart
from openmsix.ops.exits import Exit
from openmsix.ops.setup import OPERATOR
from openmsix.places.models import Place
from openmsix.sftp import server as limits
from tests import parts
from tests.command_line import environment_of

pytestmark = [
    pytest.mark.one_engine,
    pytest.mark.usefixtures("committed_db_of_module"),
    pytest.mark.skipif(shutil.which("sftp") is None, reason="needs Debian's openssh-client"),
]
WAIT = 30.0  # seconds


@dataclass(frozen=True)
class Ran:
    """How a client ended and what it said."""

    code: int
    out: str
    err: str


@dataclass
class DropBox:
    """A drop box that runs, and clients for it."""

    home: Path
    port: int
    process: "subprocess.Popen[str] | None" = None

    @property
    def command(self) -> list[str]:
        """What starts the server."""
        return [sys.executable, "-m", "openmsix.ops.cli", "sftp", "--port", str(self.port)]

    @property
    def environment(self) -> dict[str, Any]:
        """An installation of its own, with the keys of the tests."""
        keys = {
            "OPENMSIX_FILE_KEYS": str(settings.FILE_KEYS),
            "OPENMSIX_SECRET_KEY": str(settings.SECRET_KEY),
        }
        return environment_of(self.home) | _database() | keys

    def start(self) -> str:
        """Start the server; what it says."""
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        said = [line for _ in range(2) if (line := self.process.stdout.readline())]
        assert len(said) == 2, said
        return "".join(said)

    def kill(self) -> None:
        """As `kill -9`."""
        assert self.process
        self.process.kill()
        self.process.communicate()

    def stop(self) -> str:
        """As a service manager stops it; what it said."""
        assert self.process
        self.process.terminate()
        return self.process.communicate(timeout=WAIT)[0]

    def options(self, key: str) -> list[str]:
        """How a client reaches it."""
        told = {
            "Port": self.port,
            "IdentityFile": self.home / key,
            "UserKnownHostsFile": self.home / "known",
            "StrictHostKeyChecking": "accept-new",
            "BatchMode": "yes",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
        }
        return ["-F", "none", *(word for name, value in told.items() for word in ("-o", f"{name}={value}"))]

    def run(self, *commands: str, user: str = "tx", key: str = "tx", more: tuple[str, ...] = ()) -> Ran:
        """`sftp -b` with these commands."""
        with self.begin(*commands, user=user, key=key, more=more) as client:
            out, err = client.communicate(timeout=WAIT)
        return Ran(client.returncode, out, err)

    @contextlib.contextmanager
    def begin(
        self, *commands: str, user: str = "tx", key: str = "tx", more: tuple[str, ...] = ()
    ) -> "Iterator[subprocess.Popen[str]]":
        """The same, while it goes on."""
        batch = self.home / f"batch-{time.monotonic_ns()}"
        batch.write_text("\n".join(commands) + "\n")
        client = subprocess.Popen(
            ["sftp", *self.options(key), *more, "-b", str(batch), f"{user}@127.0.0.1"],
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield client
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(client.pid, signal.SIGKILL)
            client.communicate()

    def ssh(self, *words: str, key: str = "tx") -> Ran:
        """`ssh` with these words."""
        made = subprocess.run(
            ["ssh", *self.options(key), *words],
            capture_output=True,
            text=True,
            timeout=WAIT,
            stdin=subprocess.DEVNULL,
        )
        return Ran(made.returncode, made.stdout, made.stderr)

    def fetch(self, name: str) -> str:
        """A file of the outbox."""
        got = self.run(f"get /outbox/{name} {self.home}/got")
        assert got.code == 0, got
        return (self.home / "got").read_text(encoding="utf-8")

    def listed(self, folder: str) -> list[str]:
        """The names in a folder."""
        lines = self.run(f"ls -1a {folder}").out.splitlines()[1:]
        return sorted(line.rpartition("/")[2] for line in lines if not line.endswith("."))


def _database() -> dict[str, str]:
    """The database of the tests, as the settings of another process name it."""
    told = {}
    for setting, alias in (("DATABASE_URL", "owner"), ("OPENMSIX_APP_DATABASE_URL", "default")):
        given = connections[alias].settings_dict
        address = database.Address(
            host=given["HOST"],
            port=given["PORT"],
            name=given["NAME"],
            user=given["USER"],
            password=given["PASSWORD"],
        )
        told[setting] = address.url()
    return told


def _key(folder: Path, name: str, *kind: str) -> Path:
    subprocess.run(["ssh-keygen", "-q", *kind, "-N", "", "-C", name, "-f", str(folder / name)], check=True)
    return folder / f"{name}.pub"


def _file(folder: Path, name: str, state: str = "TX", **header: str) -> Path:
    rows = parts.two_children()
    rows["header"][0] |= {"submitting_state": state, **header}
    for student in rows["students"]:
        student["reporting_state"] = state
    path = folder / name
    path.write_bytes(parts.part(rows))
    return path


@pytest.fixture(scope="module")
def box(committed_db_of_module: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DropBox]:
    """A drop box that Texas and California hold keys of."""
    home = tmp_path_factory.mktemp("sftp")
    for state, kind in (("TX", ("-t", "ed25519")), ("CA", ("-t", "rsa", "-b", "3072"))):
        text = _key(home, state.lower(), *kind).read_text()
        sftp_keys.add(state=Place.objects.state(state), text=text, name="nightly", by=OPERATOR)
    _key(home, "stranger", "-t", "ed25519")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = DropBox(home, port)
    made.start()
    with parts.kept_in(home / "kept"):
        yield made
    if made.process and made.process.poll() is None:
        made.stop()


@pytest.fixture(autouse=True)
def closed_connections() -> Iterator[None]:
    yield
    connections.close_all()


def received(name: str) -> list[str]:
    """The references of the submissions that were received under this name."""
    found = SubmissionPart.objects.filter(file_name=name).order_by("pk")
    return list(found.values_list("submission__ref", flat=True))


def until(holds: "object", what: str) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if holds():  # type: ignore[operator]
            return
        time.sleep(0.1)
    raise AssertionError(what)


def test_a_file_is_received_when_it_gets_its_final_name_and_its_receipt_is_fetched(box: DropBox) -> None:
    _file(box.home, "first.zip")
    sent = box.run("cd inbox", "put first.zip first.zip.part", "ls -1", "rename first.zip.part first.zip")
    assert (sent.code, "first.zip.part" in sent.out) == (0, True)
    [ref] = received("first.zip")
    assert box.listed("/inbox") == []
    assert f"received as {ref}" in box.fetch("first.zip.received.txt")
    assert "Status:     Received" in box.fetch(f"{ref}.status.txt")
    assert f"{ref}.csv" not in box.listed("/outbox")
    flow.take_in(Submission.objects.get(ref=ref).pk)
    assert "2, of them 2 accepted and 0 rejected" in box.fetch(f"{ref}.status.txt")
    assert box.fetch(f"{ref}.csv").count("accepted") == 2
    assert f'"Submission": "{ref}"' in box.fetch(f"{ref}.json")
    submission = Submission.objects.get(ref=ref)
    assert (submission.received_by, submission.received_by_id) == ("SFTP key nightly", None)


def test_a_file_under_its_final_name_is_received_when_its_client_closes_it(box: DropBox) -> None:
    _file(box.home, "direct.zip", ending_effective_date="20261122235959998")
    assert box.run("put -p direct.zip /inbox/direct.zip").code == 0
    assert len(received("direct.zip")) == 1
    again = box.run("put direct.zip /inbox/again.zip")
    assert again.code == 0
    assert "received already on" in box.fetch("again.zip.received.txt")
    assert received("again.zip") == []


def test_scp_sends_too_where_it_speaks_sftp(box: DropBox) -> None:
    _file(box.home, "scp.zip", ending_effective_date="20261122235959993")
    made = subprocess.run(
        ["scp", *box.options("tx"), str(box.home / "scp.zip"), "tx@127.0.0.1:/inbox/"],
        capture_output=True,
        text=True,
        timeout=WAIT,
    )
    assert (made.returncode, made.stderr) == (0, "")
    assert len(received("scp.zip")) == 1


def test_parts_are_put_together_and_the_notice_says_which_are_missing(box: DropBox) -> None:
    for number in ("1", "2"):
        _file(
            box.home,
            f"part{number}.zip",
            part_number=number,
            total_parts="2",
            submission_date="20261123070000000",
        )
    box.run("put part1.zip /inbox/part1.zip")
    assert "until these parts have come: 2" in box.fetch("part1.zip.received.txt")
    box.run("put part2.zip /inbox/part2.zip")
    assert received("part1.zip") == received("part2.zip")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("california.zip", None, "The file is from CA, and you send for TX"),
        ("no-zip.zip", b"student_record_id,first_name\n1,Ana\n", "it is no zip but text, such as a CSV file"),
        ("cut.zip", b"PK\x03\x04 and no end", "it may have been cut off on its way"),
        ("table.csv", b"student_record_id\n", "is not a zip, XML or JSON file"),
        ("nothing.zip", b"", "nothing.zip is empty"),
    ],
)
@pytest.mark.parametrize("way", ["rename", "close"])
def test_what_is_refused_fails_at_the_client_and_the_outbox_says_why(
    name: str, content: bytes | None, words: str, way: str, box: DropBox
) -> None:
    if content is None:
        _file(box.home, name, state="CA")
    else:
        (box.home / name).write_bytes(content)
    if way == "close":
        sent = box.run(f"put {name} /inbox/{name}")
    else:
        sent = box.run(f"put {name} /inbox/{name}.tmp", f"rename /inbox/{name}.tmp /inbox/{name}")
    assert (sent.code, "Failure" in sent.err) == (1, True)
    assert words in box.fetch(f"{name}.refused.txt")
    assert box.listed("/inbox") == []
    assert received(name) == []


def test_a_cut_connection_leaves_a_file_that_is_not_received_and_can_be_resumed(box: DropBox) -> None:
    whole = _file(box.home, "cut-off.zip", ending_effective_date="20261122235959997")
    # Some megabytes more, before the zip, so that there is time to cut it off.
    whole.write_bytes(os.urandom(1_500_000) + whole.read_bytes())
    size = whole.stat().st_size
    upload = box.home / "inbox/TX/unfinished/cut-off.zip"
    with box.begin("put cut-off.zip /inbox/cut-off.zip", more=("-l", "6000")) as client:
        until(lambda: upload.exists() and upload.stat().st_size > 200_000, "the upload did not begin")
        os.killpg(client.pid, signal.SIGKILL)
    time.sleep(1)
    assert 0 < upload.stat().st_size < size
    assert box.listed("/inbox") == ["cut-off.zip"]
    assert received("cut-off.zip") == []
    assert box.run("reput cut-off.zip /inbox/cut-off.zip").code == 0
    [ref] = received("cut-off.zip")
    assert SubmissionPart.objects.get(submission__ref=ref).size == size
    assert flow.take_in(Submission.objects.get(ref=ref).pk).rejected_students == 0


def test_a_server_that_is_killed_in_the_middle_leaves_a_file_that_can_be_resumed(box: DropBox) -> None:
    whole = _file(box.home, "killed.zip", ending_effective_date="20261122235959996")
    whole.write_bytes(os.urandom(1_500_000) + whole.read_bytes())
    upload = box.home / "inbox/TX/unfinished/killed.zip.part"
    with box.begin("put killed.zip /inbox/killed.zip.part", more=("-l", "6000")) as client:
        until(lambda: upload.exists() and upload.stat().st_size > 200_000, "the upload did not begin")
        box.kill()
        client.communicate(timeout=WAIT)
    box.start()
    sent = box.run(
        "reput killed.zip /inbox/killed.zip.part", "rename /inbox/killed.zip.part /inbox/killed.zip"
    )
    assert sent.code == 0
    assert SubmissionPart.objects.get(file_name="killed.zip").size == whole.stat().st_size


def test_what_was_handed_over_and_not_received_is_found_at_the_next_start(box: DropBox) -> None:
    box.kill()
    key = SftpKey.objects.live().of_state("TX").get()
    left = box.home / f"inbox/TX/whole/00000000000000000001-{key.pk}"
    left.mkdir(parents=True)
    _file(left, "left.zip", ending_effective_date="20261122235959995")
    box.start()
    until(lambda: received("left.zip"), "what was left was not received")
    until(lambda: not left.exists(), "what was received was not taken away")
    assert "received as" in box.fetch("left.zip.received.txt")


def test_it_does_not_open_with_a_file_key_that_is_not_the_installation_s(box: DropBox) -> None:
    other = {"OPENMSIX_FILE_KEYS": "k9:" + "A" * 43 + "="}
    ended = subprocess.run(
        box.command, env=box.environment | other, capture_output=True, text=True, timeout=WAIT, check=False
    )
    assert ended.returncode == Exit.FAILED
    assert "Bring it back" in ended.stderr


STRANGERS = [("tx", "stranger"), ("ca", "tx"), ("tx", "ca"), ("root", "tx"), ("zz", "tx"), ("nightly", "tx")]


@pytest.mark.parametrize(("user", "key"), STRANGERS, ids=["-".join(one) for one in STRANGERS])
def test_only_a_state_s_own_key_opens_its_drop_box(user: str, key: str, box: DropBox) -> None:
    refused = box.run("ls /", user=user, key=key)
    assert refused.code == 255
    assert "Permission denied (publickey)" in refused.err


def test_a_key_that_was_ended_opens_nothing_any_more_not_even_in_a_session_that_is_open(box: DropBox) -> None:
    text = _key(box.home, "short", "-t", "ecdsa").read_text()
    key = sftp_keys.add(state=Place.objects.state("TX"), text=text, name="short", by=OPERATOR)
    assert box.run("ls /outbox", key="short").code == 0
    with box.begin("ls /inbox", "!sleep 3", "ls /outbox", key="short") as client:
        until(
            lambda: (
                Event.objects.filter(action="accounts:sftp_key:signed_in", subject_id=str(key.pk)).count()
                == 2
            ),
            "no session",
        )
        sftp_keys.end(key=key, by=OPERATOR)
        _out, err = client.communicate(timeout=WAIT)
    assert client.returncode == 1
    assert "Permission denied" in err
    assert box.run("ls /", key="short").code == 255


def test_no_state_sees_what_another_has(box: DropBox) -> None:
    _file(box.home, "secret.zip", ending_effective_date="20261122235959994")
    box.run("put secret.zip /inbox/secret.zip", "put secret.zip /inbox/secret.part")
    [ref] = received("secret.zip")
    seen = box.run("ls -la /", "ls -la /inbox", "ls -la /outbox", user="ca", key="ca")
    assert seen.code == 0
    assert "secret" not in seen.out
    assert "TX" not in seen.out
    for name in (f"{ref}.status.txt", f"{ref}.csv", "secret.zip.received.txt"):
        assert box.run(f"get /outbox/{name}", user="ca", key="ca").code == 1
    box.run("rm /inbox/secret.part")


FORBIDDEN = [
    "get /etc/passwd",
    "get ../../../../etc/passwd",
    "get /inbox/../../secrets/file-keys",
    "put first.zip /first.zip",
    "put first.zip /outbox/first.zip",
    "put first.zip /inbox/../outbox/x.zip",
    "put first.zip /inbox/a/b.zip",
    "put first.zip /home/x.zip",
    "mkdir /inbox/new",
    "mkdir /new",
    "rmdir /inbox",
    "rm /outbox/first.zip.received.txt",
    "rename /outbox/first.zip.received.txt /inbox/x.zip",
    "rename /inbox /other",
    "ln -s /etc/passwd /inbox/link",
    "ln /outbox/first.zip.received.txt /inbox/link",
    "chmod 777 /outbox",
    "df /",
    "get /inbox/nothing.zip",
    "rm /inbox/nothing.zip",
    "rename /inbox/nothing.zip /inbox/x.zip",
    f"put first.zip /inbox/{'n' * 201}",
    "put first.zip /inbox/a\\\\\\\\b.zip",
]


def test_what_a_drop_box_is_not_for_fails_one_by_one_changes_nothing_and_ends_no_session(
    box: DropBox,
) -> None:
    before = box.listed("/outbox")
    tried = box.run(*(word for command in FORBIDDEN for word in (f"-{command}", "!echo failed >&2")), "ls /")
    assert (tried.code, "outbox" in tried.out.splitlines()[-1]) == (0, True)
    told = tried.err.split("failed\n")[: len(FORBIDDEN)]
    assert [command for command, words in zip(FORBIDDEN, told, strict=True) if not words.strip()] == []
    assert (box.listed("/inbox"), box.listed("/outbox")) == ([], before)


def test_there_is_sftp_and_nothing_else(box: DropBox) -> None:
    for words in (("id",), ("-tt",), ("-s", "netconf"), ("scp", "-t", "/")):
        *options, last = words
        command = () if last == "-tt" else (last,)
        flags = ("-tt",) if last == "-tt" else tuple(option for option in options if option.startswith("-"))
        ended = box.ssh(
            *flags,
            "tx@127.0.0.1",
            *(() if last == "-tt" else (*[o for o in options if not o.startswith("-")], *command)),
        )
        assert ended.code == 255, words
        assert "request failed" in ended.err, words


def test_nothing_is_forwarded(box: DropBox) -> None:
    told = box.ssh("-o", "ExitOnForwardFailure=yes", "-N", "-R", "0:127.0.0.1:1", "tx@127.0.0.1")
    assert told.code == 255
    assert "remote port forwarding failed" in told.err
    through = box.ssh("-W", f"127.0.0.1:{box.port}", "tx@127.0.0.1")
    assert through.code == 255
    assert "openmsix" not in through.out


def test_many_sessions_send_at_once_and_each_file_is_received_once(box: DropBox) -> None:
    names = [f"many-{number}.zip" for number in range(8)]
    for number, name in enumerate(names):
        _file(box.home, name, ending_effective_date=f"2026112223595{number}000")

    def send(name: str) -> int:
        return box.run(f"put {name} /inbox/{name}.part", f"rename /inbox/{name}.part /inbox/{name}").code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, names)) == [0] * len(names)
    assert [len(received(name)) for name in names] == [1] * len(names)


def test_a_state_has_so_many_connections_and_no_more(box: DropBox) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(limits.MOST_OF_A_STATE):
            client = stack.enter_context(box.begin("ls /", "!echo in", "!sleep 20"))
            assert client.stdout
            while client.stdout.readline().strip() != "in":
                assert client.poll() is None
        refused = box.run("ls /")
        assert refused.code == 255
        assert "10 connections open already" in refused.err
        assert box.run("ls /", user="ca", key="ca").code == 0
    until(lambda: box.run("ls /").code == 0, "the places were not given back")


def test_who_does_not_sign_in_takes_no_place_from_those_who_do(box: DropBox) -> None:
    idle = [socket.create_connection(("127.0.0.1", box.port)) for _ in range(limits.MOST_AT_THE_DOOR)]
    assert box.run("ls /").code == 255
    for one in idle:
        one.close()
    until(lambda: box.run("ls /").code == 0, "the places were not given back")


def test_sign_ins_and_keys_are_written_into_the_audit(box: DropBox) -> None:
    key = SftpKey.objects.live().of_state("CA").get()
    before = Event.objects.filter(action="accounts:sftp_key:signed_in", subject_id=str(key.pk)).count()
    until(lambda: box.run("ls /", user="ca", key="ca").code == 0, "nobody was let in")
    found = Event.objects.filter(action="accounts:sftp_key:signed_in", subject_id=str(key.pk)).order_by("pk")
    assert found.count() == before + 1
    assert (found.last().actor, found.last().hat) == ("SFTP key nightly", "Drop Box, California")  # type: ignore[union-attr]
    key.refresh_from_db()
    assert key.last_used_at is not None


def test_a_server_that_is_stopped_ends_its_sessions_and_keeps_its_host_key(box: DropBox) -> None:
    with box.begin("ls /", "!echo in", "!sleep 2", "ls /outbox") as client:
        assert client.stdout
        while client.stdout.readline().strip() != "in":
            assert client.poll() is None
        assert "Stopped the drop box." in box.stop()
        client.communicate(timeout=WAIT)
    assert client.returncode != 0
    said = box.start()
    assert "host key" in said
    assert box.run("ls /").code == 0  # the client would refuse another host key


def test_a_second_server_in_the_same_home_and_one_at_a_taken_port_are_refused_in_words(box: DropBox) -> None:
    for home, words in (
        (box.home, "Another drop box uses"),
        (box.home / "other", f"Port {box.port} of 127.0.0.1 is taken"),
    ):
        home.mkdir(exist_ok=True)
        ended = subprocess.run(
            box.command,
            env=replace(box, home=home).environment,
            capture_output=True,
            text=True,
            timeout=WAIT,
        )
        assert ended.returncode == 5
        assert words in ended.stderr
        assert "Traceback" not in ended.stderr
