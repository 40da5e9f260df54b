"""A running exchange, told to say all it can: what its processes and its database server write holds no marked value, whatever happens to them."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from openmsix.config import embedded
from tests import marked, parts
from tests.command_line import alone, environment_of
from tests.integration.test_household import START_LIMIT, STOP_LIMIT, free_port, home

__all__ = ["home"]  # a fixture of an installation of its own

pytestmark = pytest.mark.slow


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def household(home: Path, port: int, tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    """`openmsix serve`, telling all, into a file."""
    with (tmp_path / "said").open("w") as said:
        served = subprocess.Popen(
            [sys.executable, "-m", "openmsix.ops.cli", "serve", "--port", str(port)],
            env=environment_of(home) | {"OPENMSIX_LOG_LEVEL": "DEBUG", "OPENMSIX_METRICS_TOKEN": "t"},
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            wait_for(lambda: ask(port, "/readyz")[0] == 200)
            yield served
        finally:
            if served.poll() is None:
                served.terminate()
                served.wait(STOP_LIMIT)


def wait_for(so: Callable[[], bool]) -> None:
    end = time.monotonic() + START_LIMIT
    while not so():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.2)


def ask(port: int, path: str, data: bytes | None = None) -> tuple[int, str]:
    """The status and text of an answer; 0 as long as nobody answers."""
    request = urllib.request.Request(
        f"http://localhost:{port}{path}", data, headers={"Authorization": "Bearer t"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


def file(folder: Path, student_id: str, **changed: str) -> Path:
    rows = marked.child(student_id)
    rows["demographics"][0] |= changed
    path = folder / f"{student_id}-{marked.FILE_NAME}"
    path.write_bytes(parts.part(rows))
    return path


def worker_of(household: "subprocess.Popen[str]") -> psutil.Process:
    found = psutil.Process(household.pid).children(recursive=True)
    return next(each for each in found if each.cmdline()[-1] == "worker")


def break_a_rule(home: Path) -> None:
    """What the server's own log would quote: a row under a constraint, and a statement with its values."""
    before = os.environ["OPENMSIX_HOME"]
    os.environ["OPENMSIX_HOME"] = str(home)
    try:
        postmaster = (embedded.folder() / "postmaster.pid").read_text().splitlines()
        from openmsix.config import home as home_of

        password = home_of.role_password(embedded.NAME)
    finally:
        os.environ["OPENMSIX_HOME"] = before
    with psycopg.connect(
        host=postmaster[4],
        port=postmaster[3],
        dbname="openmsix",
        user="openmsix",
        password=password,
        autocommit=True,
    ) as own:
        own.execute("create temporary table marked (last_name text unique)")
        for _ in range(2):
            try:
                own.execute(f"insert into marked values ('{marked.LAST}')")
            except psycopg.errors.UniqueViolation:
                return
    raise AssertionError("no rule was broken")


def test_a_running_exchange_writes_down_no_personal_data(
    household: "subprocess.Popen[str]", home: Path, port: int, tmp_path: Path
) -> None:
    for student_id, changed in (("QXZ7719M", {}), ("QXZ7719N", {"birth_date": marked.FIRST})):
        assert alone("submit", "--queue", file(tmp_path, student_id, **changed), home=home).code in (0, 4)
    wait_for(lambda: '{"published": 2}' in json.dumps(status(home)["submissions"]))
    assert ask(port, f"/children/{marked.LAST}/?born={marked.BORN}")[0] == 200  # the page of signing in
    assert ask(port, f"/{marked.FIRST}/")[0] == 404
    assert ask(port, "/sign-in/", f"login={marked.MAIL}".encode())[0] == 403
    _, metrics = ask(port, "/metrics")
    assert 'openmsix_submissions{state="TX",status="published"} 2.0' in metrics
    assert 'openmsix_stage_seconds_count{stage="linking"} 2.0' in metrics
    assert "openmsix_workers 0.0" not in metrics
    break_a_rule(home)
    worker_of(household).send_signal(signal.SIGKILL)
    household.wait(STOP_LIMIT)
    said = (tmp_path / "said").read_text()
    assert '"event": "submission.done"' in said
    assert '"route": "people:sign_in"' in said
    written = {"said": said, "metrics": metrics}
    logs = [*(home / "log").glob("*"), home / "postgresql" / "log"]
    written |= {str(path): path.read_text() for path in logs if path.is_file()}
    assert "database system is ready" in written[str(home / "postgresql" / "log")]
    assert {name: found for name, text in written.items() if (found := marked.traces_in(text))} == {}
    lines = [line for line in said.splitlines() if line.startswith("{")]
    assert all(json.loads(line)["event"] for line in lines)
    assert len(said.splitlines()) - len(lines) < 10  # the few words to the person who serves it


def status(home: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads(alone("status", "--json", home=home).out)
    return told
