"""Every path leads to one of the places of a drop box, or nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openmsix.sftp import paths
from openmsix.sftp.paths import Folder, Spot

LEADS = [
    (b"/", Spot(Folder.TOP)),
    (b".", Spot(Folder.TOP)),
    (b"", Spot(Folder.TOP)),
    (b"//", Spot(Folder.TOP)),
    (b"../../..", Spot(Folder.TOP)),
    (b"/inbox", Spot(Folder.INBOX)),
    (b"inbox/", Spot(Folder.INBOX)),
    (b"//inbox//TX.zip", Spot(Folder.INBOX, "TX.zip")),
    (b"inbox/../outbox/a.csv", Spot(Folder.OUTBOX, "a.csv")),
    (b"/inbox/../../../inbox/TX.zip", Spot(Folder.INBOX, "TX.zip")),
    ("inbox/Año 1.zip".encode(), Spot(Folder.INBOX, "Año 1.zip")),
    (b"inbox/" + b"n" * 200, Spot(Folder.INBOX, "n" * 200)),
]
NOWHERE = [
    b"/etc/passwd",
    b"inbox/a/b",
    b"INBOX/TX.zip",
    b"TX.zip",
    b"/inbox/TX/../../CA/x",
    b"\xff",
    b"inbox\x00",
]
UNFIT = [
    b"inbox/" + b"n" * 201,
    b"inbox/a\x00b",
    b"inbox/a\nb",
    b"inbox/a\\b",
    b"inbox/\xff\xfe",
    b"inbox/\xc0\xae\xc0\xae",  # two dots, in a form that UTF-8 forbids
    "inbox/a\u202eb".encode(),
]
TEMPORARY = ["a.part", "A.PART", "a.zip.filepart", ".a.zip", "~a.zip", "a.tmp", "a.zip.partial", "a.zip~"]
FINAL = ["a.zip", "part.zip", "a.part.zip", "tmp", "a", "TX-2026.ZIP"]


@pytest.mark.parametrize(("path", "leads"), LEADS)
def test_a_path_leads_to(path: bytes, leads: Spot) -> None:
    assert paths.spot(path) == leads


@pytest.mark.parametrize("path", NOWHERE)
def test_a_path_leads_nowhere(path: bytes) -> None:
    with pytest.raises(paths.LeadsNowhere):
        paths.spot(path)


@pytest.mark.parametrize("path", UNFIT)
def test_a_file_cannot_be_called(path: bytes) -> None:
    with pytest.raises(paths.Unfit):
        paths.spot(path)


@given(
    st.binary(max_size=400)
    | st.lists(st.sampled_from([b"..", b".", b"/", b"inbox", b"a", b"\\", b"%2e"])).map(b"/".join)
)
def test_no_name_holds_a_step_into_another_folder(path: bytes) -> None:
    assert paths.whole(path).startswith(b"/")
    try:
        found = paths.spot(path)
    except (paths.LeadsNowhere, paths.Unfit):
        return
    assert "/" not in found.name
    assert found.name not in (".", "..")
    assert found.name.isprintable()


@pytest.mark.parametrize(("names", "is_temporary"), [(TEMPORARY, True), (FINAL, False)])
def test_a_name_tells_whether_the_file_is_still_on_its_way(names: list[str], is_temporary: bool) -> None:
    assert {name for name in names if Spot(Folder.INBOX, name).is_temporary is not is_temporary} == set()
