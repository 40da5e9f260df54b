"""Sealed streams come back as they were, or not at all."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openmsix.intake.sealed import CHUNK, TAG, CannotOpen, Keys, seal, unseal

OLD = Keys("k1", {"k1": bytes(range(32))})
NEW = Keys("k2", {"k2": bytes(range(1, 33)), "k1": bytes(range(32))})


def sealed(data: bytes, keys: Keys = OLD) -> bytes:
    return seal(io.BytesIO(data), keys).read()


def opened(data: bytes, keys: Keys = OLD) -> bytes:
    return unseal(io.BytesIO(data), keys).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_sealed_opens_again(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    assert opened(sealed(data[:size])) == data[:size]


@given(st.binary(max_size=200), st.integers(min_value=1, max_value=50))
@settings(max_examples=30, deadline=None)
def test_a_stream_is_read_in_pieces_of_any_size(data: bytes, size: int) -> None:
    stream = unseal(io.BytesIO(sealed(data)), OLD)
    assert b"".join(iter(lambda: stream.read(size), b"")) == data


def test_the_same_file_is_sealed_differently_each_time() -> None:
    assert sealed(b"x") != sealed(b"x")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    assert b"k2" in sealed(b"x", NEW)[:30]
    assert opened(sealed(b"x", OLD), NEW) == b"x"


def test_a_key_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotOpen, match=r"'k2'.*OPENMSIX_FILE_KEYS"):
        opened(sealed(b"x", NEW), OLD)


def test_a_wrong_key_under_the_same_id_opens_nothing() -> None:
    with pytest.raises(CannotOpen, match="the key under its key id is another one"):
        opened(sealed(b"secret"), Keys("k1", {"k1": bytes(32)}))


@pytest.mark.parametrize("at", [0, 20, 40, -1, 60])
def test_a_stream_that_was_changed_does_not_open(at: int) -> None:
    data = bytearray(sealed(b"x" * 100))
    data[at] ^= 1
    with pytest.raises(CannotOpen):
        opened(bytes(data))


def test_a_stream_that_was_cut_short_or_reordered_does_not_open() -> None:
    data = sealed(bytes(3 * CHUNK))
    begin = len(data) - 3 * (CHUNK + TAG)
    first, second, third = (
        data[begin + n * (CHUNK + TAG) : begin + (n + 1) * (CHUNK + TAG)] for n in range(3)
    )
    for wrong in (
        data[:begin] + first + second,
        data[:begin] + second + first + third,
        data[: begin - 1],
        data[:-1],
        b"",
    ):
        with pytest.raises(CannotOpen):
            opened(wrong)
