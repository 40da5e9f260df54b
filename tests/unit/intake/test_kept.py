"""Kept files, on a disk."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from openmsix.intake import kept
from tests import parts


@pytest.fixture(autouse=True)
def kept_folder(tmp_path: Path) -> Iterator[Path]:
    with parts.kept_in(tmp_path) as folder:
        yield folder


def test_a_kept_file_is_encrypted_on_the_disk_and_opens_again(kept_folder: Path) -> None:
    name = kept.store(io.BytesIO(b"Guadalupe Hernandez" * 100), "received/TX/one")
    assert b"Guadalupe" not in (kept_folder / name).read_bytes()
    assert kept.read(name) == b"Guadalupe Hernandez" * 100


def test_a_kept_file_is_for_its_owner_only(kept_folder: Path) -> None:
    name = kept.store(io.BytesIO(b"x"), "received/TX/one")
    assert (kept_folder / name).stat().st_mode & 0o077 == 0


def test_a_second_file_of_the_same_name_does_not_replace_the_first() -> None:
    first, second = (kept.store(io.BytesIO(data), "received/one") for data in (b"1", b"2"))
    assert first != second
    assert kept.read(first) == b"1"


def test_a_lost_file_and_a_lost_key_are_told_in_words() -> None:
    name = kept.store(io.BytesIO(b"x"), "received/one")
    with (
        override_settings(FILE_KEYS="other:" + "A" * 43 + "="),
        pytest.raises(kept.CannotOpen, match="not among the keys"),
    ):
        kept.read(name)
    kept.remove(name)
    with pytest.raises(kept.CannotOpen, match="not there any more"):
        kept.read(name)


@pytest.mark.parametrize("keys", ["", "k1", "k1:short", "k1:!!!"])
def test_keys_that_cannot_be_used_are_told_in_words(keys: str) -> None:
    with override_settings(FILE_KEYS=keys), pytest.raises(kept.CannotOpen, match="OPENMSIX_FILE_KEYS"):
        kept.store(io.BytesIO(b"x"), "one")
