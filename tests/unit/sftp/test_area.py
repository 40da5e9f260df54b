"""What a State's drop box keeps on the disk."""

import io
import os
import stat
import time
from pathlib import Path

import asyncssh
import pytest

from openmsix.intake.limits import LARGEST_FILE
from openmsix.sftp import area as areas
from openmsix.sftp import box
from openmsix.sftp import uploads as open_uploads
from openmsix.sftp.area import Area
from openmsix.sftp.refusals import Refused
from openmsix.sftp.uploads import Upload, Uploads


@pytest.fixture
def area(tmp_path: Path) -> Area:
    made = Area(tmp_path / "TX")
    made.make()
    return made


def opened(uploads: Uploads, area: Area, name: str = "a.zip", **how: bool) -> Upload:
    return uploads.open(
        area, name, **{"create": True, "only_new": False, "empty": False, "appends": False, **how}
    )


def put(area: Area, name: str, content: bytes = b"content") -> None:
    upload = opened(Uploads(), area, name)
    upload.write(0, content)
    upload.close()


def test_nobody_else_may_look_into_it(area: Area) -> None:
    put(area, "a.zip")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in area.folder.rglob("*")}
    assert modes == {0o600, 0o700}


def test_an_upload_is_written_at_its_places_and_cut_to_its_size(area: Area) -> None:
    upload = opened(Uploads(), area)
    upload.write(4, b"efgh")
    upload.write(0, b"abcd")
    upload.cut_to(6)
    assert (area.unfinished / "a.zip").read_bytes() == b"abcdef"


def test_what_is_appended_stands_at_the_end_wherever_the_client_says(area: Area) -> None:
    put(area, "a.zip", b"abc")
    upload = opened(Uploads(), area, appends=True)
    upload.write(0, b"def")
    assert (area.unfinished / "a.zip").read_bytes() == b"abcdef"


def test_who_opens_an_upload_takes_it_over(area: Area) -> None:
    uploads = Uploads()
    first = opened(uploads, area)
    second = opened(uploads, area, empty=True)
    with pytest.raises(Refused, match=r"Another session writes a\.zip now"):
        first.write(0, b"late")
    second.write(0, b"new")
    uploads.close(first)
    assert uploads.by_whom(area, "a.zip") is second


def test_an_upload_grows_no_larger_than_the_pages_take(area: Area) -> None:
    upload = opened(Uploads(), area)
    with pytest.raises(Refused, match="larger than 2 GB"):
        upload.write(LARGEST_FILE, b"x")
    with pytest.raises(Refused, match="larger than 2 GB"):
        upload.cut_to(LARGEST_FILE + 1)
    assert upload.about().st_size == 0


def test_unfinished_uploads_are_limited_in_number_and_in_bytes(
    area: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_uploads, "MOST_UNFINISHED", 2)
    monkeypatch.setattr(open_uploads, "MOST_BYTES", 10)
    put(area, "a.zip", b"12345678")
    put(area, "b.zip", b"")
    with pytest.raises(Refused, match="2 unfinished files"):
        opened(Uploads(), area, "c.zip")
    with pytest.raises(Refused, match="too much that is unfinished"):
        opened(Uploads(), area, "b.zip").write(0, b"123")
    opened(Uploads(), area, "b.zip").write(0, b"12")


def test_uploads_that_were_opened_while_all_were_empty_count_once_they_grow(
    area: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_uploads, "MOST_BYTES", 100)
    monkeypatch.setattr(open_uploads, "LOOK_EVERY", 10)
    uploads = Uploads()
    first, second = (opened(uploads, area, name) for name in ("a.zip", "b.zip"))
    first.write(0, b"x" * 60)
    second.write(0, b"x" * 30)
    with pytest.raises(Refused, match="too much that is unfinished"):
        second.write(30, b"x" * 20)


def test_no_more_than_the_newest_notices_are_kept(area: Area, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "MOST_NOTICES", 3)
    for number in range(5):
        area.notify(f"{number}.zip", ".refused.txt", "no zip")
        os.utime(area.notices / f"{number}.zip.refused.txt", (number, number))
    area.notify("5.zip", ".refused.txt", "no zip")
    assert [name for name, _ in area.told()] == [f"{number}.zip.refused.txt" for number in (3, 4, 5)]


def test_reading_behind_all_places_is_reading_behind_the_end() -> None:
    for place in (3, 2**62, 2**63, 2**64 - 1):
        with pytest.raises(asyncssh.SFTPEOFError):
            box._read(io.BytesIO(b"abc"), place, 10)
    assert len(box._read(io.BytesIO(bytes(8 << 20)), 0, 2**32 - 1)) == box.MOST_READ


def test_a_link_in_the_folder_is_neither_shown_nor_followed(area: Area, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("untouched")
    (area.unfinished / "a.zip").symlink_to(outside)
    assert area.uploads() == []
    with pytest.raises(OSError, match="symbolic links"):
        opened(Uploads(), area)
    assert outside.read_text() == "untouched"


def test_a_file_being_handed_over_cannot_be_opened(area: Area) -> None:
    uploads = Uploads()
    with uploads.handing_over(area, "a.zip"), pytest.raises(Refused, match="being received just now"):
        opened(uploads, area)
    opened(uploads, area)


def test_whole_files_keep_the_order_in_which_they_were_handed_over_and_whose_they_are(area: Area) -> None:
    for number, name in enumerate(("b.zip", "a.zip", "b.zip")):
        put(area, f"{name}.part", str(number).encode())
        area.hand_over(f"{name}.part", name, key=number)
    assert [(one.name, one.key, one.path.read_text()) for one in area.whole()] == [
        ("b.zip", 0, "0"),
        ("a.zip", 1, "1"),
        ("b.zip", 2, "2"),
    ]
    for one in area.whole():
        area.done(one)
    assert area.whole() == []
    assert area.uploads() == []


def test_a_notice_takes_the_place_of_earlier_ones_about_the_file(area: Area) -> None:
    area.notify("a.zip", ".refused.txt", "no")
    area.notify("a.zip", ".received.txt", "yes")
    assert [name for name, _ in area.told()] == ["a.zip.received.txt"]


def test_only_what_nobody_came_back_for_is_swept_away(area: Area) -> None:
    for name in ("old.zip", "new.zip", "whole.zip"):
        put(area, name)
    area.hand_over("whole.zip", "whole.zip", 1)
    area.notify("old.zip", ".received.txt", "")
    area.notify("new.zip", ".received.txt", "")
    long_ago = time.time() - areas.KEPT_NOTICES.total_seconds() - 60
    for path in (area.unfinished / "old.zip", area.notices / "old.zip.received.txt", area.whole()[0].path):
        os.utime(path, (long_ago, long_ago))
    area.sweep()
    assert [name for name, _ in area.uploads()] == ["new.zip"]
    assert [name for name, _ in area.told()] == ["new.zip.received.txt"]
    assert [one.name for one in area.whole()] == ["whole.zip"]
