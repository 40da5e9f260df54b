"""What programs ask of the pages: alive, ready, and the metrics; and the facts behind them and the operator's page."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families

from openmsix import flow, staging
from openmsix.audit import sealer
from openmsix.deadlines import clock
from openmsix.intake.models import Submission
from openmsix.ops import stages
from openmsix.ops.health import asking, backups, facts, ready
from openmsix.ops.metrics import declared
from openmsix.ops.metrics.declared import METRICS
from openmsix.ops.metrics.tallies import Tallies
from tests import parts
from tests.integration import exchange
from tests.people import person

database = pytest.mark.django_db
TOKEN = "a-token-of-the-tests"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openmsix.web.watching.probes._ready", ready.Kept())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tx.zip"
    path.write_bytes(parts.part(parts.two_children()))
    return path


# alive and ready


def test_whether_a_process_is_alive_asks_no_database() -> None:
    """There is none in this test: touching it would fail."""
    answer = Client().get("/healthz", headers={"host": "10.0.0.7:8000", "cookie": "sessionid=x"})
    assert (answer.status_code, answer.content) == (200, b"alive\n")


@database
@override_settings(SECURE_SSL_REDIRECT=True)
def test_ready_is_told_to_anyone_by_any_host_name_and_without_https() -> None:
    answer = Client().get("/readyz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.content) == (200, b"ready\n")
    assert "Set-Cookie" not in answer


@database
def test_the_database_is_named_where_it_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("connection to 10.1.2.3 as openmsix_app refused")

    checks = tuple((name, away if name == facts.DATABASE else check) for name, check in ready._CHECKS)
    monkeypatch.setattr(ready, "_CHECKS", checks)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.content == b"not ready\nthe database cannot be reached\n"


@database
def test_tables_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "_known", frozenset({("intake", "0999_of_tomorrow")}))
    assert ready.faults() == (facts.TABLES,)
    assert Client().get("/readyz").status_code == 503


@database
def test_kept_files_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    with parts.kept_in(tmp_path / "kept"):
        assert ready.faults() == (facts.KEPT,)


@database
@pytest.mark.parametrize("keys", ["", "k1:short", "no key"])
def test_keys_that_cannot_be_used_are_named(keys: str) -> None:
    with override_settings(FILE_KEYS=keys):
        assert ready.faults() == (facts.KEYS,)
        assert b"keys of kept files" in Client().get("/readyz").content


@database
def test_asking_leaves_nothing_behind(tmp_path: Path) -> None:
    with parts.kept_in(tmp_path / "kept"):
        assert ready.faults() == ()
    assert not [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]


def test_within_a_second_it_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    moment = [100.0]

    def ask() -> tuple[str, ...]:
        asked.append(1)
        return ()

    monkeypatch.setattr("time.monotonic", lambda: moment[0])
    kept = ready.Kept(ask)
    kept.faults()
    kept.faults()
    assert len(asked) == 1
    moment[0] += ready.KEPT_SECONDS
    kept.faults()
    assert len(asked) == 2


# the metrics


@database
@pytest.mark.parametrize("token", ["", TOKEN])
@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", "Bearer é"])
def test_the_metrics_open_to_nobody_without_the_token(given: str, token: str) -> None:
    with override_settings(METRICS_TOKEN=token):
        answer = Client().get("/metrics", headers={"authorization": given})
    assert answer.status_code == 401
    assert b"openmsix_" not in answer.content


def scraped() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    with override_settings(METRICS_TOKEN=TOKEN):
        answer = Client().get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def scraped_without_database() -> str:
    def away(*given: Any, **more: Any) -> Any:
        raise OperationalError("connection refused")

    with pytest.MonkeyPatch.context() as patch, override_settings(METRICS_TOKEN=TOKEN):
        patch.setattr(asking, "numbers", away)
        return Client().get("/metrics", headers=BEARER).content.decode()


@database
def test_what_was_taken_in_is_counted_and_timed(file: Path) -> None:
    submission = flow.receive(path=file, file_name="tx.zip", by=exchange.OPERATOR)
    assert scraped()["openmsix_queue_waiting", (("lane", "intake-small"),)] == 1
    stages.take_in(submission.pk)
    told = scraped()
    assert told["openmsix_submissions", (("state", "TX"), ("status", "published"))] == 1
    assert told["openmsix_submissions_taken_in_total", (("state", "TX"), ("status", "published"))] == 1
    assert told["openmsix_students_total", (("verdict", "accepted"),)] == 2
    assert told["openmsix_links_total", (("reason", "new"),)] == 2
    findings = {
        dict(labels)["code"]: n for (name, labels), n in told.items() if name == "openmsix_findings_total"
    }
    assert findings == {rule["code"]: rule["findings"] for rule in Submission.objects.get().counts["rules"]}
    for stage in ("checking", "storing", "linking", "publishing"):
        assert told["openmsix_stage_seconds_count", (("stage", stage),)] == 1
        assert told["openmsix_stage_seconds_bucket", (("le", "+Inf"), ("stage", stage))] == 1
        assert 0 < told["openmsix_stage_seconds_sum", (("stage", stage),)] < 60


@database
def test_tallies_add_up_and_buckets_hold_what_is_below_them() -> None:
    for seconds in (0.05, 4, 10_000):
        tallies = Tallies()
        tallies.observe(declared.STAGE_SECONDS, seconds, stage="checking")
        tallies.add()
        tallies.add()
    told = scraped()
    buckets = {
        dict(labels)["le"]: n for (name, labels), n in told.items() if name == "openmsix_stage_seconds_bucket"
    }
    assert (buckets["0.1"], buckets["1"], buckets["5"], buckets["3600"], buckets["+Inf"]) == (1, 1, 2, 2, 3)
    assert told["openmsix_stage_seconds_sum", (("stage", "checking"),)] == 10_004.05


@database
def test_every_metric_is_told_with_its_own_labels_and_no_other_is(file: Path) -> None:
    exchange.take_in(file)
    Client().get("/healthz")
    Client().get("/sign-in/")
    with override_settings(METRICS_TOKEN=TOKEN):
        text = Client().get("/metrics", headers=BEARER).content.decode()
    told = {family.name: family for family in text_string_to_metric_families(text)}
    assert set(told) == {each.name for each in METRICS}
    for metric in METRICS:
        assert told[metric.name].type == metric.kind
        assert told[metric.name].documentation == metric.meaning
        for sample in told[metric.name].samples:
            assert set(sample.labels) - {"le"} == set(metric.labels)


@database
def test_a_scrape_asks_little_of_the_database(django_assert_max_num_queries: Any, file: Path) -> None:
    exchange.take_in(file)
    with override_settings(METRICS_TOKEN=TOKEN), django_assert_max_num_queries(6):
        assert Client().get("/metrics", headers=BEARER).status_code == 200


def test_while_the_database_is_away_that_is_told_and_what_the_process_counts() -> None:
    """There is none in this test."""
    told = scraped_without_database()
    assert "openmsix_database_up 0.0" in told
    assert "openmsix_requests_total" in told
    assert "openmsix_queue" not in told


def test_several_processes_tell_the_numbers_of_all(tmp_path: Path) -> None:
    count = "from openmsix.web.watching import counted; counted.request(route='home:home', status=200, seconds=0.1)"
    tell = "; import sys; sys.stdout.buffer.write(counted.exposed())"
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for code in (count, count, count + tell):
        made = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
    assert 'openmsix_requests_total{route="home:home",status="200"} 3.0' in made.stdout


# the facts


@database
def test_lanes_tell_what_waits_what_is_on_hold_and_since_when(file: Path) -> None:
    flow.receive(path=file, file_name="tx.zip", by=exchange.OPERATOR)
    staging.run("UPDATE procrastinate_events SET at = now() - interval '90 seconds'")
    small, large, heavy = asking.numbers().lanes
    assert (small.name, small.waiting, small.held, small.at_hand) == ("intake-small", 1, 0, 0)
    assert 90 <= small.oldest_seconds < 120
    assert (large.name, large.waiting, large.oldest_seconds) == ("intake-large", 0, 0)
    assert heavy.name == "intake-heavy"
    staging.run("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'")
    assert [(lane.waiting, lane.held) for lane in asking.numbers().lanes] == [(0, 1), (0, 0), (0, 0)]


@database
def test_a_worker_is_told_with_what_it_has_at_hand_and_forgotten_once_it_is_silent(file: Path) -> None:
    flow.receive(path=file, file_name="tx.zip", by=exchange.OPERATOR)
    staging.run("INSERT INTO procrastinate_workers DEFAULT VALUES")
    staging.run(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)"
    )
    Submission.objects.update(status="checking", step_done=1, step_total=4)
    [worker] = asking.numbers().workers
    [at_hand] = worker.at_hand
    assert (at_hand.ref, at_hand.status, at_hand.done, at_hand.total) == (
        Submission.objects.get().ref,
        "checking",
        1,
        4,
    )
    staging.run("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'")
    numbers = asking.numbers()
    assert numbers.workers == ()
    assert numbers.last_sign_seconds is not None
    assert numbers.last_sign_seconds >= 120


@database
def test_the_last_24_hours_are_counted_by_hour(file: Path) -> None:
    [submission] = exchange.take_in(file)
    now = clock.now()
    Submission.objects.filter(pk=submission.pk).update(finished_at=now - timedelta(hours=3))
    hours = asking.hours(now)
    assert len(hours) == 24
    assert [(each.submissions, each.students) for each in hours if each.submissions] == [(1, 2)]
    assert hours[20].submissions == 1
    Submission.objects.filter(pk=submission.pk).update(finished_at=now - timedelta(hours=30))
    assert sum(each.submissions for each in asking.hours(now)) == 0


@database
def test_a_backup_is_known_by_its_mark(tmp_path: Path) -> None:
    with override_settings(HOME=tmp_path):
        assert asking.numbers().backup_at is None
        backups.mark()
        os.utime(tmp_path / "last-backup", (1_700_000_000, 1_700_000_000))
        found = asking.numbers().backup_at
    assert found is not None
    assert found.timestamp() == 1_700_000_000


# the page


@pytest.fixture
def operator(db: None) -> Client:
    """The operator's browser, in an exchange whose audit is sealed so far, however long the tests before took."""
    sealer.seal_once()
    client = Client()
    client.force_login(person("operator"))
    return client


@database
def test_an_exchange_without_anything_says_so(operator: Client) -> None:
    page = operator.get("/").content.decode()
    assert "Everything runs" in page
    assert "Nothing is wrong, and nothing waits." in page
    assert "No State has sent a file yet." in page
    assert "Nothing was published in the last 24 hours." in page
    assert "not running" in page


@database
def test_the_page_says_first_what_needs_a_person_and_offers_to_try_again(
    operator: Client, file: Path
) -> None:
    submission = flow.receive(path=file, file_name="tx.zip", by=exchange.OPERATOR)
    page = operator.get("/operating/now/").content.decode()
    assert "Jobs wait, and no worker runs. Jobs that wait: 1." in page
    Submission.objects.update(status="failed", problem="Its disk is full.")
    page = operator.get("/operating/now/").content.decode()
    assert "2 things need a person now." in page
    assert f"Try {submission.ref} again" in page
    assert (
        page.index("Something needs a person")
        < page.index("Submissions that a fault stopped")
        < page.index("What waits")
    )


@database
def test_the_page_draws_what_was_published(operator: Client, file: Path) -> None:
    exchange.take_in(file)
    page = operator.get("/").content.decode()
    assert "1 submission was published, with 2 students." in page
    address = page.split('<img src="')[1].split('"')[0]
    drawing = operator.get(address)
    assert drawing["Content-Type"] == "image/svg+xml"
    assert drawing.content.startswith(b"<svg")


@database
@pytest.mark.parametrize("role", ["primary", "ome", "state_data_administrator"])
def test_nobody_else_sees_how_it_runs(role: str) -> None:
    client = Client()
    client.force_login(person(role))
    assert client.get("/operating/now/").status_code == 403
