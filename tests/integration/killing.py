"""Kills the processes of an exchange at moments drawn by chance, over and over, and sees that each submission ends as if nothing had happened.

    python -m tests.integration.killing KILLS SEED

An installation of its own runs in a new folder: a household with its embedded database server and pages. Its worker, and whoever sends files, are
forks of this process, so that each begins within a moment. A *round* sends the files of a story one after the other, and kills: the worker, the
sender, one session of the database server, all of the server, everything at once, or the pages and with them the household. What died is started again
as a service manager would; only the waiting for a dead worker's last sign of life is cut short. At the end of each round the exchange must hold what it
holds without a kill: records, versions, links, children, questions, tasks, receipts and findings, one live link for each student and no MSIX ID without
one; the seals of the audit and the journal must be whole, and an empty database rebuilt from the journal must hold the same.
"""

import contextlib
import faulthandler
import json
import os
import pickle
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg

START_LIMIT = 180.0  # seconds
STOP_LIMIT = 120.0  # seconds; a server that recovers from one crash and is stopped meanwhile may take long
PUBLISH_LIMIT = 180.0  # seconds
KILLS_OF_A_FILE = 4
TARGETS = {"worker": 10, "sender": 4, "session": 3, "server": 2, "all": 2, "pages": 1}
STATES = ("TX", "CA")


def settle(home: Path) -> None:
    """Let this process and its forks speak to the installation in a folder."""
    os.environ.update(OPENMSIX_HOME=str(home), DJANGO_SETTINGS_MODULE="openmsix.config.settings")
    os.environ.pop("OPENMSIX_TEST_DB", None)


class Household:
    """`openmsix serve` without a worker."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.log = (home / "household.log").open("a")

    def start(self) -> None:
        """Start it, and wait until it answers; again if it ends, as a service manager does."""
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end:
            self._begin()
            while self.process.poll() is None and time.monotonic() < end:
                with (
                    contextlib.suppress(OSError),
                    socket.create_connection(("127.0.0.1", self.port), timeout=1),
                ):
                    return
                time.sleep(0.1)
        raise AssertionError(f"The household did not start: {self.said()}")

    def _begin(self) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "openmsix.ops.cli", "serve", "--no-worker", "--port", str(self.port)],
            env=environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def said(self) -> str:
        """What it printed last."""
        return (self.home / "household.log").read_text()[-3000:]

    def kill_pages(self) -> None:
        """Kill the process that answers, and start the household again once it has ended."""
        for one in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "granian" in " ".join(one.cmdline()):
                    one.kill()
        self.process.wait(STOP_LIMIT)
        self.start()

    def stop(self) -> None:
        """Stop it, and the database server with it."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(STOP_LIMIT)


class Fork:
    """A process of its own that does one thing, and what it gives back."""

    def __init__(self, work: Callable[[], Any], log: Path) -> None:
        reading, writing = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            self._do(work, log, writing)
        os.close(writing)
        self._answer = os.fdopen(reading, "rb")
        self._status: int | None = None

    def _do(self, work: Callable[[], Any], log: Path, writing: int) -> None:
        code = 1
        try:
            os.setsid()
            handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            answer = work()
            with os.fdopen(writing, "wb") as file:
                pickle.dump(answer, file)
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)

    def answer(self) -> Any:
        """Wait for it; what it gives back. None if it was killed or failed."""
        data = self._answer.read()
        self._wait()
        return pickle.loads(data) if data and self._status == 0 else None

    def _wait(self) -> None:
        if self._status is None:
            self._status = os.waitpid(self.pid, 0)[1]

    def runs(self) -> bool:
        """Whether it goes on."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is None

    def kill(self) -> None:
        """As `kill -9`."""
        with contextlib.suppress(ProcessLookupError):
            if self.runs():
                os.kill(self.pid, signal.SIGKILL)
        self._wait()
        self._answer.close()


# What forks do


def work() -> None:
    """What `openmsix worker` does."""
    from openmsix.ops import jobs
    from openmsix.ops.commands import worker

    faulthandler.register(signal.SIGUSR1, all_threads=True)
    jobs.STALLED_AFTER = 12.0  # a little more than the time between two signs of life
    worker.command(concurrency=1)


def send(path: Path) -> str:
    """Hand in a file as the pages do."""
    from openmsix import flow
    from openmsix.accounts.hats import Hat

    hat = Hat.system("test", state_code=path.name[:2])
    return flow.receive(path=path, file_name=path.name, by=hat).ref


def retry() -> None:
    """Try again what failed, as the operator does."""
    from openmsix import flow
    from openmsix.intake.models import Submission
    from tests.integration.exchange import OPERATOR

    for one in Submission.objects.filter(status="failed"):
        flow.retry(submission=one, by=OPERATOR)


def name_states() -> None:
    """The places that every installation has."""
    from openmsix.ops.setup import OPERATOR
    from openmsix.places import actions as places

    places.ensure_states(by=OPERATOR)


_FILE = "(SELECT string_agg(p.file_name, ' ' ORDER BY p.part_number) FROM intake_submissionpart p WHERE p.submission_id = %s.submission_id)"
RECEIPTS = {
    "answers": f"""
        WITH child AS (SELECT msix_id, count(*) AS members FROM identity_link WHERE closed_at IS NULL GROUP BY msix_id)
        SELECT jsonb_build_array({_FILE % "a"}, a.seq, a.line, a.state_student_id, a.action, a.verdict, a.change, a.how, a.findings, a.msix_id IS NULL, child.members)
        FROM intake_answer a LEFT JOIN child USING (msix_id)""",
    "findings": f"""
        SELECT jsonb_build_array({_FILE % "f"}, f.seq, f.part, f.record, f.line, f.record_id, f.element, f.code, f.severity, f.value)
        FROM intake_finding f""",
    "numbers": """
        SELECT jsonb_build_array(s.state_code, s.kind, s.status, s.counts - 'rules' - 'failed_in', s.problem) FROM intake_submission s""",
    "wrong links": """
        SELECT jsonb_build_array(state_record_id, count(*)) FROM identity_link WHERE closed_at IS NULL GROUP BY state_record_id HAVING count(*) > 1""",
    "IDs of nobody": """
        SELECT jsonb_build_array(msix_id) FROM identity_msixid m WHERE NOT EXISTS (SELECT FROM identity_link l WHERE l.msix_id = m.msix_id)""",
}  # fmt: skip


def look() -> dict[str, Counter[str]]:
    """All that the exchange holds, and how many rows there are of what is drawn by chance."""
    from django.db import connection

    from openmsix.identity.models import IdChange, Link, MsixId
    from openmsix.intake.models import Answer
    from tests.integration import exchange

    found = dict(exchange.held())
    with connection.cursor() as cursor:
        for part, query in RECEIPTS.items():
            cursor.execute(query)
            found[part] = Counter(
                json.dumps(exchange._plain(row[0]), sort_keys=True) for row in cursor.fetchall()
            )
    rows = {model.__name__: model.objects.count() for model in (MsixId, Link, IdChange, Answer)}
    found["rows"] = Counter(rows)
    return found


def look_by_name() -> dict[str, Counter[str]]:
    """The same with all references and MSIX IDs."""
    from tests.integration import exchange

    return {part: lines for part, lines in exchange.held(by_name=True).items() if part != "tasks"}


def see_that_audit_and_journal_are_whole() -> list[str]:
    """What is wrong with them."""
    from openmsix.audit import sealer, verify
    from openmsix.intake import line
    from openmsix.intake.models import JournalHead

    sealer.seal_once()
    report = verify.report()
    heads = dict(JournalHead.objects.values_list("scope", "act"))
    line.read(heads, lambda *_: None)
    return [] if report.whole else [report.as_text()]


def rebuild() -> None:
    """Bring everything back from the journal into the emptied database."""
    from openmsix.replay import actions as replay

    replay.rebuild(report=lambda *_: None)


# The driver


class Exchange:
    """An installation, its worker, and a hand that kills."""

    def __init__(self, home: Path, files: list[Path], chance: random.Random) -> None:
        self.home, self.files, self.chance = home, files, chance
        self.household = Household(home)
        self.worker: Fork | None = None
        self.killed: Counter[str] = Counter()
        self.retried = 0

    def connect(self) -> "psycopg.Connection[Any]":
        """A connection of the owner, as soon as there is a server."""
        end = time.monotonic() + START_LIMIT
        while True:
            try:
                return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
            except psycopg.OperationalError:
                if self.household.process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query; asked again if the server was killed meanwhile."""
        while True:
            try:
                with self.connect() as own:
                    cursor = own.execute(query)
                    return list(cursor.fetchall()) if cursor.description else []
            except psycopg.OperationalError:
                if self.household.process.poll() is not None:
                    self.household.start()
                time.sleep(0.1)

    def fork(self, work: Callable[[], Any]) -> Fork:
        """A process that does one thing."""
        return Fork(work, self.home / "forks.log")

    def do(self, work: Callable[[], Any]) -> Any:
        """Have one thing done."""
        return self.fork(work).answer()

    def empty(self, *, with_files: bool = True) -> None:
        """Take everything out of it."""
        self.kill_worker()
        [(tables,)] = self.ask(
            "select string_agg(format('%I', tablename), ', ') from pg_tables where schemaname = 'public' and tablename <> 'django_migrations'"
        )
        self.ask(f"truncate {tables} restart identity cascade")
        self.do(name_states)
        if with_files:
            shutil.rmtree(self.home / "kept", ignore_errors=True)

    def start_worker(self) -> None:
        """Start the worker if none runs; whatever a dead one had at hand is taken up."""
        if self.worker is None or not self.worker.runs():
            self.ask("update procrastinate_workers set last_heartbeat = now() - interval '1 hour'")
            self.worker = self.fork(work)

    def kill_worker(self) -> None:
        """Kill the worker."""
        if self.worker:
            self.worker.kill()
        self.worker = None

    def published(self) -> bool:
        """Whether all that was received is published. Waits for another attempt are cut short, and what failed is tried again."""
        self.ask("update procrastinate_jobs set scheduled_at = null where status = 'todo'")
        statuses = Counter(status for (status,) in self.ask("select status from intake_submission"))
        if statuses["failed"]:
            self.retried += statuses["failed"]
            self.do(retry)
        return set(statuses) == {"published"}

    def kill(self, target: str, sender: Fork | None) -> None:
        """Kill one of its processes, or all."""
        self.killed[target] += 1
        if sender and target in ("sender", "all"):
            sender.kill()
        if target in ("worker", "all"):
            self.kill_worker()
        if target == "session":
            sessions = [
                pid
                for pid in self.server()
                if psutil.Process(pid).cmdline()[0].startswith("postgres: openmsix")
            ]
            if sessions:
                os.kill(self.chance.choice(sessions), signal.SIGKILL)
        if target == "server":
            os.kill(self.server()[0], signal.SIGKILL)
        if target == "all":
            for pid in self.server():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if target == "pages":
            self.household.kill_pages()

    def server(self) -> list[int]:
        """The processes of the database server, the first first."""
        with contextlib.suppress(OSError, psutil.NoSuchProcess, IndexError):
            first = psutil.Process(int((self.home / "postgresql/postmaster.pid").read_text().split()[0]))
            return [first.pid, *(one.pid for one in first.children())]
        return []

    def take_in(self, path: Path, kills: int, seconds: float) -> int:
        """Send a file and see it published, with so many kills within about so many seconds; how many there were."""
        done = 0
        sender: Fork | None = self.fork(lambda: send(path))
        is_sent = False
        end = time.monotonic() + PUBLISH_LIMIT
        moment = time.monotonic() + self.chance.uniform(0, seconds)
        while time.monotonic() < end:
            if done < kills and time.monotonic() >= moment:
                target = self.chance.choices(list(TARGETS), list(TARGETS.values()))[0]
                if sender is None and target == "sender":
                    target = "worker"
                with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, IndexError):
                    self.kill(target, sender)
                    done += 1
                moment = time.monotonic() + self.chance.uniform(0, seconds)
            if sender and not sender.runs():
                is_sent = sender.answer() is not None if sender._answer.closed is False else False
                sender = None if is_sent else self.fork(lambda: send(path))
            self.start_worker()
            if is_sent and self.published():
                return done
            time.sleep(0.05)
        raise AssertionError(f"{path.name} was not published: {self._standing()}")

    def _standing(self) -> str:
        """Where submissions, jobs, sessions and the worker stand."""
        if self.worker and self.worker.runs():
            os.kill(self.worker.pid, signal.SIGUSR1)
            time.sleep(1)
        queries = (
            "select ref, status, step, problem from intake_submission",
            "select id, status, attempts, scheduled_at, worker_id from procrastinate_jobs",
            "select pid, classid, objid, granted from pg_locks where locktype = 'advisory'",
        )
        told = [str(self.ask(query)) for query in queries]
        for pid in self.server():
            with contextlib.suppress(psutil.NoSuchProcess):
                told.append(f"{pid} {' '.join(psutil.Process(pid).cmdline())}")
        return "\n".join([*told, (self.home / "forks.log").read_text()[-6000:]])

    def story(self, kills: int, seconds: float) -> int:
        """Send all files, one after the other; how many kills there were."""
        return sum(self.take_in(path, min(kills, KILLS_OF_A_FILE), seconds) for path in self.files)


def differing(one: dict[str, Counter[str]], other: dict[str, Counter[str]]) -> dict[str, Any]:
    """What only one of them holds."""
    found = {}
    for part in one:
        missing, more = one[part] - other[part], other[part] - one[part]
        if missing or more:
            found[part] = {"missing": list(missing.items())[:3], "more": list(more.items())[:3]}
    return found


def made(folder: Path) -> list[Path]:
    """The story: two States, and a month later one of them again with changes, arrivals and deletions."""
    from openmsix.deadlines import clock
    from openmsix.synth import changes, nation, write

    month_before = clock.today() - timedelta(days=changes.DAYS_LATER)
    first = nation.make(children=60, states=list(STATES), seed=8, noise=1.0, today=month_before)
    later = changes.make_changes(first, 0.3, seed=8).after
    return [*write.write(first, folder / "first"), *write.write_state(later, "TX", folder / "later")]


@contextlib.contextmanager
def running(home: Path, chance: random.Random) -> Iterator[Exchange]:
    """An installation with the story's files beside it."""
    settle(home)
    Household(home).log.close()
    made_by = [
        sys.executable,
        "-c",
        "import sys; from pathlib import Path; import tests.integration.killing as k; k.write_story(Path(sys.argv[1]))",
        str(home),
    ]
    subprocess.run(
        made_by, check=True, env=os.environ | {"DATABASE_URL": "postgresql://nobody@localhost/never-opened"}
    )
    files = [Path(line) for line in (home / "story").read_text().splitlines()]
    exchange = Exchange(home, files, chance)
    exchange.household.start()
    _load(home)
    try:
        yield exchange
    finally:
        exchange.kill_worker()
        exchange.household.stop()


def write_story(home: Path) -> None:
    """Write the story's files, in a process of its own: this one must never have used Polars before it forks."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "openmsix.config.settings"
    django.setup()
    (home / "story").write_text("\n".join(map(str, made(home))))


def _load(home: Path) -> None:
    """Load all that forks need, with the address of the household's database."""
    from openmsix.config import database
    from openmsix.config import home as homes

    secret = homes.role_password("openmsix")
    address = database.Address(str(home / "postgresql"), "5432", "openmsix", "openmsix", secret)
    os.environ["DATABASE_URL"] = address.url()
    import django

    django.setup()
    import openmsix.flow
    import openmsix.ops.commands.worker
    import openmsix.ops.jobs
    import openmsix.replay.actions  # noqa: F401


def main(kills: int, seed: int) -> None:
    """Kill so often, and say what happened.

    Raises:
        AssertionError: something was lost, made twice, or did not go on.
    """
    home = Path(tempfile.mkdtemp(prefix="openmsix-killing-"))
    home.chmod(0o755)
    print(f"seed {seed}, {kills} kills, in {home}", flush=True)
    chance = random.Random(seed)
    began = time.monotonic()
    try:
        with running(home, chance) as exchange:
            exchange.empty()
            at = time.monotonic()
            exchange.story(0, 0)
            seconds = (time.monotonic() - at) / len(exchange.files)
            whole = exchange.do(look)
            assert whole, "nothing was seen without a kill"
            assert not whole["wrong links"], whole["wrong links"]
            print(f"without a kill: {seconds:.1f} s a file, {whole['rows']}", flush=True)
            while (sofar := exchange.killed.total()) < kills:
                _round(exchange, kills - sofar, seconds, whole)
                told = ", ".join(f"{count} {target}" for target, count in sorted(exchange.killed.items()))
                print(
                    f"{time.monotonic() - began:6.0f} s: killed {told}; tried again {exchange.retried}",
                    flush=True,
                )
    finally:
        if "OPENMSIX_KEEP" not in os.environ:
            shutil.rmtree(home, ignore_errors=True)


def _agree(one: dict[str, Counter[str]], other: dict[str, Counter[str]], words: str) -> None:
    if differences := differing(one, other):
        raise AssertionError(f"{words}: {json.dumps(differences, indent=1)}")


def _round(exchange: Exchange, kills: int, seconds: float, whole: dict[str, Counter[str]]) -> None:
    exchange.empty()
    exchange.story(kills, seconds)
    exchange.kill_worker()
    found = exchange.do(look)
    assert found is not None, (exchange.home / "forks.log").read_text()[-3000:]
    _agree(whole, found, "it ended otherwise than without a kill")
    wrong = exchange.do(see_that_audit_and_journal_are_whole)
    assert wrong == [], wrong or (exchange.home / "forks.log").read_text()[-3000:]
    before = exchange.do(look_by_name)
    exchange.empty(with_files=False)
    exchange.do(rebuild)
    after = exchange.do(look_by_name)
    assert before, "nothing was seen by name"
    _agree(before, after, "what the journal brings back is not what there was")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**6))
