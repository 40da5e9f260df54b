"""An installation of its own, from nothing: the demo, twice; then serving, answering and stopping. Every process is a real one."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from openmsix.ops.exits import Exit
from openmsix.ops.household import Household
from tests.command_line import Ended, alone, environment_of

pytestmark = pytest.mark.slow

START_LIMIT = 60.0
STOP_LIMIT = 30.0
DEMO = ("demo", "--children", "300", "--states", "2", "--no-serve")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder that the embedded server's own user may reach."""
    folder = Path(tempfile.mkdtemp(prefix="openmsix-household-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def first(home: Path) -> Ended:
    """The first run of the demo."""
    return alone(*DEMO, home=home)


def database_runs(home: Path) -> bool:
    return (home / "postgresql" / "postmaster.pid").exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_demo_makes_up_a_nation_and_leaves_no_server_behind(first: Ended, home: Path) -> None:
    assert first.code == Exit.DONE
    assert "Ready in" in first.said
    assert not database_runs(home)
    status = alone("status", home=home)
    assert "2 published" in status.said


def test_a_second_run_goes_on_with_what_is_there(first: Ended, home: Path) -> None:
    before = alone("ids", "--state", "CA", home=home)
    again = alone(*DEMO, home=home)
    assert again.code == Exit.DONE
    assert "Making up families" not in again.said
    after = alone("ids", "--state", "CA", home=home)
    assert len(before.out.splitlines()) > 50
    assert after.out == before.out


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_taken_port_is_refused_before_anything_is_started(command: str, first: Ended, home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = alone(command, "--port", str(port), home=home)
    assert ended.code == Exit.FAILED
    assert f"Port {port}" in ended.said
    assert f"--port (`make demo PORT={port + 10}`)" in ended.said
    assert not database_runs(home)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "the pages, the worker and the embedded database server"),
        ("postgresql://a:b@c/d", "the pages and the worker"),
    ],
)
def test_only_what_was_started_is_said_to_be_stopped(
    given: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    household = Household("127.0.0.1", 8000)
    household.processes = dict.fromkeys(("pages", "worker"))  # type: ignore[assignment]
    assert household.members == words


READING = [
    ("status",), ("status", "--json"), ("ids", "--state", "TX"), ("audit", "verify"), ("retry", "TX-20261123-ABCD"),
]  # fmt: skip


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_command_that_only_reads_makes_no_exchange_where_there_is_none(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    nowhere = tmp_path / "nothing"
    ended = alone(*command, home=nowhere)
    assert ended.code == Exit.FAILED
    assert f"There is no exchange in {nowhere} yet: begin with `openmsix demo`" in ended.said
    assert not nowhere.exists()


@pytest.mark.parametrize(("given", "told"), [((), "demo"), (("PORT=8010",), "demo --port 8010")])
def test_make_demo_chooses_the_port(given: tuple[str, ...], told: str) -> None:
    root = Path(__file__).resolve().parents[2]
    ours = ("PORT", "MAKE", "MFLAGS")  # the tests may run under make themselves
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    made = subprocess.run(
        ["make", "--dry-run", "demo", *given], cwd=root, env=environment, capture_output=True, text=True
    )
    assert made.stdout.splitlines()[-1].split("openmsix ")[1].strip() == told


def answers(port: int, household: "subprocess.Popen[str]") -> int:
    """The status of the sign-in page, as soon as it answers."""
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end and household.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/sign-in/", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as fault:
            return fault.code
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the pages did not answer")


def is_ready(port: int, household: "subprocess.Popen[str]") -> bool:
    """Whether all is ready, and was so long enough for the household, which asks ten times a second, to know it too."""
    end = time.monotonic() + START_LIMIT
    since = None
    while time.monotonic() < end and household.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=5):
                since = since or time.monotonic()
        except OSError:  # also an answer that is no 200
            since = None
        if since and time.monotonic() - since > 1:
            return True
        time.sleep(0.1)
    return False


@contextlib.contextmanager
def serving(home: Path, port: int, *more: str) -> "Iterator[subprocess.Popen[str]]":
    """`openmsix serve` as a process of its own."""
    household = subprocess.Popen(
        [sys.executable, "-m", "openmsix.ops.cli", "serve", "--port", str(port), *more],
        env=environment_of(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield household
    finally:
        if household.poll() is None:
            household.terminate()
            household.wait(STOP_LIMIT)


def begin_to_send(port: int) -> socket.socket:
    """The connection of somebody who signs in and sends no more than the beginning of the form."""
    with urllib.request.urlopen(f"http://localhost:{port}/sign-in/", timeout=5) as page:
        cookie = page.headers["Set-Cookie"].partition(";")[0]
    sender = socket.create_connection(("localhost", port))
    head = (
        "POST /sign-in/ HTTP/1.1",
        f"Host: localhost:{port}",
        f"Cookie: {cookie}",
        "Content-Length: 90000",
    )
    form = "Content-Type: application/x-www-form-urlencoded"
    sender.sendall("\r\n".join([*head, form, "", "login"]).encode())
    return sender


def test_those_who_send_slowly_keep_nobody_else_waiting_nor_the_stop(first: Ended, home: Path) -> None:
    port = free_port()
    with serving(home, port) as household:
        assert answers(port, household) == 200
        slow = [begin_to_send(port) for _ in range(20)]
        time.sleep(1)
        began = time.monotonic()
        assert answers(port, household) == 200
        assert time.monotonic() - began < 5
        household.send_signal(signal.SIGTERM)
        said, _ = household.communicate(timeout=STOP_LIMIT)
        for sender in slow:
            sender.close()
    assert "Stopped the pages" in said
    assert "Traceback" not in said
    assert "WARNING" not in said
    assert not database_runs(home)


def test_the_drop_box_may_be_served_along_and_is_stopped_with_the_others(first: Ended, home: Path) -> None:
    port, sftp_port = free_port(), free_port()
    with serving(home, port, "--sftp", "--sftp-port", str(sftp_port)) as household:
        assert answers(port, household) == 200
        assert greeting(sftp_port) == b"SSH-2.0-openmsix\r\n"
        assert is_ready(port, household)
        new = ("people", "add", "ana@tx.example", "--name", "Ana Ruiz", "--role", "primary", "--place", "TX")
        assert f"http://localhost:{port}/sign-in/" in alone(*new, home=home).out
        household.send_signal(signal.SIGTERM)
        said, _ = household.communicate(timeout=STOP_LIMIT)
    assert "Its host key, for clients to compare: SHA256:" in said
    assert "Stopped the pages, the worker, the drop box and the embedded database server." in said
    assert "Traceback" not in said


def greeting(port: int) -> bytes:
    """What an SSH server says first, as soon as it answers."""
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            return client.recv(100)
        time.sleep(0.1)
    raise AssertionError("the drop box did not answer")


def test_of_two_households_in_one_home_the_first_to_stop_leaves_the_database_to_the_other(
    first: Ended, home: Path
) -> None:
    port, other_port = free_port(), free_port()
    with serving(home, port) as household, serving(home, other_port) as other:
        assert answers(port, household) == 200
        assert answers(other_port, other) == 200
        household.send_signal(signal.SIGTERM)
        said, _ = household.communicate(timeout=STOP_LIMIT)
        assert (
            "Stopped the pages and the worker. The database server goes on: another openmsix uses it." in said
        )
        assert answers(other_port, other) == 200
        other.send_signal(signal.SIGTERM)
        said, _ = other.communicate(timeout=STOP_LIMIT)
    assert "Stopped the pages, the worker and the embedded database server." in said
    assert "away" not in said
    assert not database_runs(home)


def test_a_household_that_is_killed_neither_takes_the_database_along_nor_holds_it_up(
    first: Ended, home: Path
) -> None:
    port, other_port = free_port(), free_port()
    with serving(home, port) as household, serving(home, other_port) as other:
        assert answers(port, household) == 200
        assert answers(other_port, other) == 200
        household.kill()  # it started the database server
        household.communicate(timeout=STOP_LIMIT)
        assert answers(other_port, other) == 200
        assert alone("status", home=home).code == Exit.DONE
        assert answers(other_port, other) == 200
        other.kill()
        other.communicate(timeout=STOP_LIMIT)
    assert database_runs(home)  # nobody was left to stop it
    assert "published" in alone("status", home=home).said
    assert not database_runs(home)


@pytest.mark.parametrize("killed", [("pages",), ("worker",), ("postgres", "pages")], ids="+".join)
def test_what_is_killed_takes_the_household_with_it_and_leaves_the_port_free(
    killed: tuple[str, ...], first: Ended, home: Path
) -> None:
    port = free_port()
    with serving(home, port) as household:
        assert is_ready(port, household)
        members = psutil.Process(household.pid).children(recursive=True)
        pids = {name: _the(members, words).pid for name, words in PROCESSES.items()}
        pids["postgres"] = int((home / "postgresql" / "postmaster.pid").read_text().split()[0])
        for name in killed:
            os.kill(pids[name], signal.SIGKILL)
        said, _ = household.communicate(timeout=2 * STOP_LIMIT)
    assert household.returncode == Exit.FAILED
    assert "process ended by itself" in said
    assert "went wrong" not in said
    psutil.wait_procs(members, timeout=5)
    assert [one for one in members if one.is_running()] == []
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_a_killed_database_server_is_started_again_and_all_goes_on(first: Ended, home: Path) -> None:
    port = free_port()
    with serving(home, port) as household:
        assert is_ready(port, household)
        back = [comes_back(home, port, household, killed=kill_postmaster(home)) for _ in range(2)]
        end = time.monotonic() + START_LIMIT
        while not is_worker_running(status := alone("status", home=home).said) and time.monotonic() < end:
            time.sleep(0.5)
        household.send_signal(signal.SIGTERM)
        said, _ = household.communicate(timeout=STOP_LIMIT)
    assert (household.returncode, back) == (Exit.DONE, [True, True]), said
    assert is_worker_running(status)
    assert said.count("The embedded database server ended by itself or was killed.") == 2
    assert said.count("The embedded database server is back, and all goes on.") == 2
    assert "Stopped the pages, the worker and the embedded database server." in said
    assert "Traceback" not in said


def is_worker_running(status: str) -> bool:
    return "Worker running, " in status


def kill_postmaster(home: Path) -> int:
    """Kill the first process of the database server; its number."""
    number = postmaster(home)
    os.kill(number, signal.SIGKILL)
    return number


def comes_back(home: Path, port: int, household: "subprocess.Popen[str]", *, killed: int) -> bool:
    """Whether another server runs soon, and the pages answer with it."""
    end = time.monotonic() + 2 * START_LIMIT
    while time.monotonic() < end:
        if postmaster(home) not in (0, killed) and answers(port, household) == 200:
            return True
        time.sleep(0.2)
    return False


def postmaster(home: Path) -> int:
    """The number of the first process of the database server; 0 while it starts."""
    try:
        return int((home / "postgresql" / "postmaster.pid").read_text().split()[0])
    except (OSError, IndexError):
        return 0


PROCESSES = {"pages": "granian", "worker": "openmsix.ops.cli worker"}


def _the(members: list[psutil.Process], words: str) -> psutil.Process:
    """The first process whose command has these words."""
    return next(one for one in members if words in " ".join(one.cmdline()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_serve_answers_and_stops_everything_when_asked(
    number: signal.Signals, first: Ended, home: Path
) -> None:
    port = free_port()
    with serving(home, port) as household:
        assert answers(port, household) == 200
        assert database_runs(home)
        members = psutil.Process(household.pid).children(recursive=True)
        assert len(members) >= 2  # the pages and the worker
        # At a terminal Ctrl-C reaches every process of the group; a service manager asks the parent only.
        (os.killpg if number is signal.SIGINT else os.kill)(household.pid, number)
        said, _ = household.communicate(timeout=STOP_LIMIT)
    assert household.returncode == Exit.DONE
    assert "Stopped the pages, the worker and the embedded database server." in said
    assert "Traceback" not in said
    psutil.wait_procs(members, timeout=5)
    assert [one for one in members if one.is_running()] == []
    assert not database_runs(home)
