"""A file that was handed over waits out the exchange's faults, and its sender is told."""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import override_settings

from openmsix import flow
from openmsix.accounts import sftp_keys
from openmsix.accounts.models import SftpKey
from openmsix.intake.models import Submission
from openmsix.places.models import Place
from openmsix.sftp import outbox as outboxes
from openmsix.sftp.area import Area, Whole
from openmsix.sftp.outbox import Outbox
from openmsix.sftp.receiving import RECEIVED, WAITING, Desk
from tests import parts
from tests.people import BY

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2pIkvDxlHbVqJ0VHPGbLUMi0MFrpFYzCE5yPPdNAcW nightly"
NO_ROOM = OSError(errno.ENOSPC, "No space left on device")
FAULTS = [
    (OperationalError("server closed the connection: Guadalupe"), "its database could not be reached"),
    (NO_ROOM, "its disk is full"),
    (ZeroDivisionError("Guadalupe"), "a fault within it (ZeroDivisionError)"),
]


@pytest.fixture(autouse=True)
def kept_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # The test's own connection holds its transaction; the drop box gives up connections between its questions.
    for module in ("receiving", "outbox"):
        monkeypatch.setattr(f"openmsix.sftp.{module}.close_old_connections", lambda: None)
    with parts.kept_in(tmp_path / "kept"):
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "inbox").mkdir()
    return Desk(tmp_path / "inbox")


@pytest.fixture
def key() -> SftpKey:
    return sftp_keys.add(state=Place.objects.state("TX"), text=KEY, name="", by=BY)


def handed_over(desk: Desk, key: SftpKey, name: str = "tx.zip") -> tuple[Area, Whole]:
    area = desk.area("TX")
    (area.unfinished / f"{name}.part").write_bytes(parts.part(parts.two_children()))
    return area, area.hand_over(f"{name}.part", name, key.pk)


def breaking(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def broken(**_: Any) -> Any:
        raise fault

    monkeypatch.setattr(flow, "receive", broken)


@pytest.mark.parametrize(("fault", "words"), FAULTS)
def test_what_cannot_be_received_waits_says_so_and_goes_on_by_itself(
    fault: Exception, words: str, desk: Desk, key: SftpKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, one = handed_over(desk, key)
    hat = sftp_keys.hat_of(key)
    with monkeypatch.context() as broken:
        breaking(broken, fault)
        outcome = desk.receive(area, one)
        assert outcome.ending == WAITING
        assert words in outcome.text
        assert "Guadalupe" not in outcome.text
        assert desk.receive_all() == 1
        told = {entry.name for entry in Outbox(desk).list(area, hat)}
        assert told == {"tx.zip.waiting.txt"}
        with Outbox(desk).open(area, hat, "tx.zip.waiting.txt") as file:
            assert words in file.read().decode()
    assert one.path.exists()
    assert desk.receive_all() == 0
    assert [name for name, _ in area.told()] == ["tx.zip.received.txt"]
    assert Submission.objects.get().status == "received"
    assert area.whole() == []


def test_a_missing_key_of_kept_files_makes_it_wait_too(desk: Desk, key: SftpKey) -> None:
    area, one = handed_over(desk, key)
    with override_settings(FILE_KEYS=""):
        assert desk.receive(area, one).ending == WAITING
    assert desk.receive(area, one).ending == RECEIVED


def test_what_was_received_and_not_taken_away_before_a_crash_is_received_once(
    desk: Desk, key: SftpKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, one = handed_over(desk, key)
    with monkeypatch.context() as crash:
        crash.setattr(Area, "done", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            desk.receive(area, one)
    assert desk.receive_all() == 0
    assert Submission.objects.count() == 1
    assert "received already" in (area.notices / "tx.zip.received.txt").read_text()


def test_a_notice_that_finds_no_room_leaves_the_file_to_be_tried_again(
    desk: Desk, key: SftpKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, one = handed_over(desk, key)
    with monkeypatch.context() as full:
        full.setattr(Path, "write_text", lambda *_, **__: (_ for _ in ()).throw(NO_ROOM))
        assert desk.receive(area, one).ending == WAITING
    assert desk.receive_all() == 0
    assert Submission.objects.count() == 1


def test_what_was_handed_over_before_its_key_was_ended_is_received(desk: Desk, key: SftpKey) -> None:
    area, one = handed_over(desk, key)
    sftp_keys.end(key=key, by=BY)
    assert desk.receive(area, one).ending == RECEIVED


def test_the_outbox_tells_when_receipts_cannot_be_shown(
    desk: Desk, key: SftpKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, one = handed_over(desk, key)
    desk.receive(area, one)

    def away(*_: Any) -> Any:
        raise OperationalError

    monkeypatch.setattr(outboxes, "_shown_to", away)
    told = {entry.name: entry.size for entry in Outbox(desk).list(area, sftp_keys.hat_of(key))}
    assert set(told) == {"tx.zip.received.txt", outboxes.AWAY}
    with Outbox(desk).open(area, sftp_keys.hat_of(key), outboxes.AWAY) as file:
        content = file.read()
    assert (b"cannot be reached just now" in content, len(content)) == (True, told[outboxes.AWAY])


def test_every_size_that_a_listing_tells_is_that_of_the_file(desk: Desk, key: SftpKey) -> None:
    area, one = handed_over(desk, key)
    desk.receive(area, one)
    flow.take_in(Submission.objects.get().pk)
    hat, outbox = sftp_keys.hat_of(key), Outbox(desk)
    entries = outbox.list(area, hat)
    assert len(entries) == 4
    for entry in entries:
        assert outbox.find(area, hat, entry.name) == entry
        with outbox.open(area, hat, entry.name) as file:
            assert len(file.read()) == entry.size
    with pytest.raises(outboxes.NotThere):
        outbox.open(area, hat, "TX-20261123-AAAA.csv")
