"""Marked values go through every path, good and bad; then all that was written down for others than their sender is searched for them.

In this process: every line of every logger at DEBUG in both forms, the audit's events, the queue, the metrics, the files of faults. The processes of a
running exchange are searched in `test_logs_of_processes`.
"""

import asyncio
import io
import logging
import smtplib
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections
from django.test import Client, override_settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from openmsix import flow, staging
from openmsix.accounts.models import User
from openmsix.audit.models import Event
from openmsix.config import database
from openmsix.identity import actions as identity
from openmsix.intake import checks
from openmsix.intake.models import Submission
from openmsix.logs import configure
from openmsix.logs.gate import JsonLines, PlainLines
from openmsix.ops import jobs
from openmsix.records import actions as records
from openmsix.students import actions as students
from openmsix.students.models import Child
from tests import marked, parts
from tests.command_line import Terminal
from tests.integration import exchange
from tests.people import person

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("committed_db")]


class Written:
    """What every logger wrote through the handler of the settings, in both forms."""

    def __init__(self) -> None:
        self.json, self.plain = io.StringIO(), io.StringIO()

    @property
    def text(self) -> str:
        return self.json.getvalue() + self.plain.getvalue()


@pytest.fixture
def written() -> Iterator[Written]:
    """The handler of the settings writes here; a second one writes the other form."""
    root = logging.getLogger()
    handler = next(each for each in root.handlers if each.name == "console")
    assert isinstance(handler, logging.StreamHandler)
    kept = Written()
    second = logging.StreamHandler(kept.plain)
    second.filters = list(handler.filters)
    second.setFormatter(PlainLines())
    stream, form, level = handler.setStream(kept.json), handler.formatter, root.level
    handler.setFormatter(JsonLines())
    root.addHandler(second)
    own = logging.getLogger("openmsix")
    own_level = own.level
    root.setLevel(logging.DEBUG)
    own.setLevel(logging.DEBUG)
    yield kept
    own.setLevel(own_level)
    root.removeHandler(second)
    root.setLevel(level)
    handler.setFormatter(form)
    if stream is not None:
        handler.setStream(stream)


def tell_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Django log each statement with its values, as where somebody looks for what is slow."""
    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.queries_logged", True)


@pytest.fixture(autouse=True)
def _kept_folder(tmp_path: Path) -> Iterator[None]:
    with parts.kept_in(tmp_path / "kept"):
        yield


def file(folder: Path, **changed: str) -> Path:
    """The marked child's file; `changed`: elements of its demographics."""
    rows = marked.child()
    rows["demographics"][0] |= changed
    path = folder / marked.FILE_NAME
    path.write_bytes(parts.part(rows))
    return path


def search_all(written: Written, *more: str) -> None:
    """Nothing that was written down holds a marked value."""
    events = [f"{each.action} {each.subject_id} {each.detail}" for each in Event.objects.all()]
    queued = [f"{each.args} {each.lock} {each.queueing_lock}" for each in ProcrastinateJob.objects.all()]
    with override_settings(METRICS_TOKEN="t"):
        metrics = Client().get("/metrics", headers={"authorization": "Bearer t"}).content.decode()
    everything = {
        "log": written.text,
        "audit": "\n".join(events),
        "queue": "\n".join(queued),
        "metrics": metrics,
    }
    found = {name: marked.traces_in(text) for name, text in everything.items()}
    found |= {"more": marked.traces_in("\n".join(more))}
    assert not any(found.values()), found
    assert "openmsix_requests_total" in metrics


def work() -> None:
    async def run() -> None:
        worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        async with worker_app.open_async():
            await jobs.take_up_stalled(worker_app)
            await worker_app.run_worker_async(wait=False, install_signal_handlers=False)

    asyncio.run(run())
    connections.close_all()


def send(client: Client, path: Path) -> Any:
    upload = SimpleUploadedFile(path.name, path.read_bytes(), content_type="application/zip")
    return client.post("/submissions/send/", {"parts": upload})


def browser(role: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person(role))
    return client


BAD = {
    "a rejected student": {"birth_date": f"{marked.FIRST}", "sex": marked.LAST},
    "a value too long": {"first_name": marked.FIRST * 40},
    "a date that is none": {"birth_date": "20131079"},
}


@pytest.mark.parametrize("changed", [{}, *BAD.values()], ids=["a good file", *BAD])
def test_files_by_page_and_by_command(
    changed: dict[str, str], written: Written, openmsix: Terminal, tmp_path: Path
) -> None:
    path = file(tmp_path, **changed)
    assert send(browser("batch_submitter"), path).status_code == 302
    work()
    path.write_bytes(
        parts.part(
            {**marked.child("QXZ7719N"), "header": [dict(parts.HEADER, submission_date="20261123090000000")]}
        )
    )
    openmsix("submit", path)
    openmsix("status", "--json")
    assert Submission.objects.filter(status="published").count() == 2
    assert '"event": "stage.done"' in written.json.getvalue()
    assert '"stage": "linking"' in written.json.getvalue()
    search_all(written)


@pytest.mark.parametrize(
    "data", [b"no zip of " + marked.FIRST.encode(), b"PK\x03\x04" + marked.LAST.encode()]
)
def test_files_that_cannot_be_read(data: bytes, written: Written, openmsix: Terminal, tmp_path: Path) -> None:
    path = tmp_path / marked.FILE_NAME
    path.write_bytes(data)
    send(browser("batch_submitter"), path)
    openmsix("submit", path)
    openmsix("validate", path)
    search_all(written)


# faults in each stage


def _of_ours() -> None:
    try:
        raise KeyError(f"no place for {marked.FIRST} {marked.LAST}, born {marked.BORN}")
    except KeyError as cause:
        raise RuntimeError(f"{marked.STUDENT_ID} could not be handled") from cause


def _broken_constraint() -> None:
    staging.run("CREATE TEMPORARY TABLE marked (last_name text CONSTRAINT marked_once UNIQUE)")
    staging.run("INSERT INTO marked VALUES (%s), (%s)", [marked.LAST, marked.LAST])


def _unreadable_value() -> None:
    staging.rows("SELECT %s::text::date", [marked.FIRST])


def _killed_database() -> None:
    address = database.owner()
    process = connection.connection.info.backend_pid
    name = connection.settings_dict["NAME"]
    with psycopg.connect(
        host=address.host,
        port=address.port,
        dbname=name,
        user=connection.settings_dict["USER"],
        password=connection.settings_dict["PASSWORD"],
    ) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [process])
    staging.rows("SELECT %s::text", [marked.LAST])


FAULTS: dict[str, tuple[Callable[[], None], str]] = {
    "a fault of ours": (_of_ours, "RuntimeError"),
    "a broken constraint": (_broken_constraint, "marked_once"),
    "a value that is none": (_unreadable_value, "22007"),
    "a killed database": (_killed_database, "OperationalError"),
}
STAGES = {
    "checking": (checks, "run"),
    "storing": (records, "store"),
    "linking": (identity, "link"),
    "publishing": (students, "rebuild"),
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("fault", FAULTS)
def test_faults_in_each_stage_are_told_by_kind_and_place(
    fault: str,
    stage: str,
    written: Written,
    openmsix: Terminal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raise_it, told = FAULTS[fault]
    flow.receive(path=file(tmp_path), file_name=marked.FILE_NAME, by=exchange.OPERATOR)
    with monkeypatch.context() as broken:
        broken.setattr(*STAGES[stage], lambda *given, **more: raise_it())
        work()
    line = next(each for each in written.json.getvalue().splitlines() if '"stage.broken"' in each)
    assert f'"stage": "{stage}"' in line
    assert told in line
    assert "in raise_it" in line or "in _" in line
    said = openmsix("status")
    search_all(written, said.out, said.err)


def test_a_command_that_a_fault_ends_notes_where_and_nothing_else(
    written: Written, openmsix: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENMSIX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(checks, "run", lambda *given, **more: _of_ours())
    ended = openmsix("submit", file(tmp_path))
    assert "RuntimeError" in ended.err
    noted = (tmp_path / "home" / "log" / "faults.log").read_text()
    assert "RuntimeError" in noted
    # The person who typed the file's name is told it again.
    search_all(written, ended.said.replace(marked.FILE_NAME, ""), noted)


# pages


def test_search_and_record(written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange.take_in(file(tmp_path))
    client = browser("primary")
    asked = (
        f"{marked.FIRST} {marked.LAST}",
        marked.BORN,
        "10/29/2013",
        marked.STUDENT_ID,
        marked.MSIX_ID,
        marked.PHONE,
    )
    found = [client.post("/children/search/", {"text": text}, follow=True) for text in asked]
    assert marked.FIRST in found[0].content.decode()
    client.post("/children/purpose/", {"purpose": "enrollment"})
    tell_statements(monkeypatch)
    assert not User.objects.filter(name=marked.LAST).exists()
    for child in Child.objects.all():
        for part in ("", "moves/", "sources/", "access/", "print/", "record.json"):
            assert client.get(f"/children/{child.ref}/{part}").status_code == 200
    assert '"route": "children:record"' in written.json.getvalue()
    assert '"role": "primary"' in written.json.getvalue()
    assert '"logger": "django.db.backends"' in written.json.getvalue()
    search_all(written)


def test_wrong_passwords_and_forgotten_ones(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    user = person("primary")
    tell_statements(monkeypatch)
    for login in (marked.MAIL, user.email, f"{marked.FIRST} {marked.LAST}"):
        for _ in range(7):
            Client().post("/sign-in/", {"login": login, "password": marked.PASSWORD})
    Client().post("/sign-in/forgotten/", {"email": marked.MAIL})
    search_all(written)


class Refusing(BaseEmailBackend):
    """A mail server that refuses, and quotes whom."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({marked.MAIL: (550, marked.MAIL.encode())})


@pytest.mark.parametrize("backend", ["locmem", "refusing"])
def test_mails(backend: str, written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    user = person("primary")
    user.email = marked.MAIL
    user.save()
    path = (
        f"{__name__}.Refusing" if backend == "refusing" else "django.core.mail.backends.locmem.EmailBackend"
    )
    with override_settings(EMAIL_BACKEND=path, SENDS_MAIL=True):
        answer = Client(raise_request_exception=False).post("/sign-in/forgotten/", {"email": marked.MAIL})
    assert answer.status_code == (500 if backend == "refusing" else 302)
    assert len(mail.outbox) == (0 if backend == "refusing" else 1)
    search_all(written, answer.content.decode())


def test_refused_requests(written: Written) -> None:
    client, nobody = browser("primary"), Client(raise_request_exception=False)
    name, born = f"{marked.FIRST}-{marked.LAST}", marked.BORN
    for each in (client, nobody):
        each.get(f"/{name}/{born}/")
        each.get(f"/children/{name}/?born={born}&name={marked.LAST_2}")
        each.get(f"/help/{name}")
        each.get(f"/submissions/{name}/receipt.json?{marked.MAIL}")
        each.get(
            f"/children/search/{name}/",
            headers={"referer": f"http://x/{name}", "user-agent": name, "x-request-id": name},
        )
        each.generic(marked.FIRST.upper(), "/")
        each.generic(
            "POST",
            "/children/search/",
            f"text={name}%00\xff".encode("latin-1"),
            "application/x-www-form-urlencoded; charset=" + marked.LAST,
        )
        each.generic(
            "POST", "/children/search/", f"--{name}".encode(), f"multipart/form-data; boundary={name}"
        )
        each.generic("POST", "/children/search/", b"x", "multipart/form-data; boundary=" + "\x00" + name)
        each.post("/children/search/", {f"{name}{number}": born for number in range(1100)})
        each.post("/sign-in/", {"login": "\x00" + marked.MAIL, "password": marked.PASSWORD})
        each.get("/", {"next": f"//{name}"}, headers={"cookie": f"sessionid={name}; csrftoken={name}"})
        each.get("/metrics", headers={"authorization": f"Bearer {name}"})
        each.get(f"/static/{name}.css")
    checked = Client(enforce_csrf_checks=True)
    checked.post("/sign-in/", {"login": marked.MAIL, "csrfmiddlewaretoken": name})
    assert '"status": 404' in written.json.getvalue()
    assert '"status": 400' in written.json.getvalue()
    search_all(written)


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_pages(fault: str, written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser("primary")
    raise_it, told = FAULTS[fault]
    monkeypatch.setattr("openmsix.accounts.hats.of", lambda *given, **more: raise_it())
    answer = client.get(f"/children/{marked.FIRST}/?{marked.LAST}")
    assert answer.status_code in (500, 503)
    assert told in written.json.getvalue()
    number = answer["X-Request-ID"]
    assert number in answer.content.decode()
    assert f'"request": "{number}"' in next(
        line for line in written.json.getvalue().splitlines() if '"level": "ERROR"' in line
    )
    connections.close_all()
    search_all(written, answer.content.decode())


# what nothing catches, and what others say


def test_workers_that_died_and_were_stopped(written: Written, tmp_path: Path) -> None:
    flow.receive(path=file(tmp_path), file_name=marked.FILE_NAME, by=exchange.OPERATOR)
    staging.run("UPDATE procrastinate_jobs SET status = 'doing', attempts = %s", [jobs.MOST_RETRIES])
    work()
    assert "WorkersDied" in written.text
    search_all(written)


def test_what_nothing_caught(
    written: Written, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import sys

    for holder, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(holder, name, getattr(holder, name))
    try:
        configure.catch_the_rest()
        thread = threading.Thread(target=_of_ours)
        thread.start()
        thread.join()
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(capture=True)
            warnings.warn(f"{marked.FIRST} is odd", stacklevel=1)
        try:
            _of_ours()
        except RuntimeError as fault:
            sys.excepthook(RuntimeError, fault, fault.__traceback__)
    finally:
        logging.captureWarnings(capture=False)
    assert written.json.getvalue().count('"event": "program.fault"') == 2
    assert '"logger": "py.warnings"' in written.json.getvalue()
    out, err = capfd.readouterr()
    search_all(written, out, err)


def test_lines_of_other_packages(written: Written) -> None:
    other = logging.getLogger("some.package")
    other.warning("%s was refused", marked.FIRST)
    other.warning(f"{marked.FIRST} was refused")
    other.warning(
        "with more", extra={"name_of_child": marked.FIRST, "submission": marked.LAST, "action": marked.LAST}
    )
    logging.getLogger(marked.FIRST + " " + marked.LAST).error("x")
    try:
        _broken_constraint()
    except Exception:
        other.exception("Error during %s", marked.LAST)
    assert '"message": "%s was refused"' in written.json.getvalue()
    assert '"constraint": "marked_once"' in written.json.getvalue()
    connections.close_all()
    search_all(written)


def test_what_our_own_code_gives_by_mistake_is_left_out(written: Written) -> None:
    from openmsix.logs import tell

    tell(
        "stage.done",
        submission=marked.LAST,
        state=marked.FIRST,
        stage=f"{marked.FIRST} x",
        seconds=marked.BORN,
        child=marked.FIRST,
    )
    tell(
        "request",
        route=f"/{marked.FIRST}/",
        status=marked.BORN,
        method=marked.FIRST.upper(),
        role=marked.MAIL,
    )
    assert written.json.getvalue().count("(left out)") == 8
    search_all(written)


def test_every_handler_is_the_gate() -> None:
    """A package that gives its logger a handler of its own would pass by."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    handlers = {
        handler
        for logger in loggers
        for handler in logger.handlers
        if not isinstance(handler, logging.NullHandler) and not type(handler).__module__.startswith("_pytest")
    }
    assert {type(handler.formatter) for handler in handlers} <= {JsonLines, PlainLines}, handlers
