"""From the bytes of a file to text of one encoding with one kind of line end. Pure."""

import codecs
import io
from collections.abc import Iterator

import numpy as np

from .checks import reading
from .problems import Problems

PIECE = 1 << 20
_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ALLOWED_CONTROL = b"\n\r\t"
_DELETE = b"\x7f"
_OTHER_BLANKS = (b"\t", b"\x0b", b"\x0c", *map(str.encode, "\u0085\u00a0\u1680\u205f\u3000"), b"\xe2\x80")
"""White space other than the space; the last one begins most kinds of wide and narrow spaces, and some quotes too."""
_EDGES = b',\n\r"'
CACHED = 1 << 17
"""So many bytes at a time are compared: with what is computed of them they stay in the processor's cache."""

Numbers = np.ndarray[tuple[int], np.dtype[np.uint8]]
BLANKS_BEGIN = bytes({blank[0] for blank in _OTHER_BLANKS if blank[0] > ord("\x7f")})
"""The bytes with which white space beyond ASCII begins; other characters begin with some of them too."""


def count(data: bytes, sign: bytes) -> int:
    """How often a byte stands in the data: as `bytes.count`, several times faster where it is frequent."""
    return sum(int(np.count_nonzero(piece == sign[0])) for piece in _pieces(data))


def _pieces(data: bytes, overlap: int = 0) -> Iterator[Numbers]:
    """The bytes as numbers, a piece after another; each but the first repeats so many bytes of the one before."""
    numbers = np.frombuffer(data, np.uint8)
    for begin in range(0, numbers.size, CACHED):
        yield numbers[max(begin - overlap, 0) : begin + CACHED]


def positions(data: bytes, sign: bytes) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Where a byte stands in the data."""
    return np.flatnonzero(np.frombuffer(data, np.uint8) == sign[0])


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        # Piece by piece: the text of a large file may take four times its bytes.
        for begin in range(0, len(data), PIECE):
            decoder.decode(data[begin : begin + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _first(data: bytes, *, utf8: bool) -> int | None:
    """Number of the first line that has letters beyond ASCII and is, or is not, UTF-8."""
    for number, line in enumerate(io.BytesIO(data), start=1):
        if not line.isascii() and is_utf8(line) is utf8:
            return number
    return None


def _from_windows(record: str, data: bytes, problems: Problems) -> bytes | None:
    first = _first(data, utf8=False) or 1
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        problems.add(
            reading.ENCODING_UNKNOWN, record, line=line, value=f"byte {data[fault.start]:02X} hexadecimal"
        )
        return None
    if other := _first(data, utf8=True):
        problems.add(reading.ENCODING_MIXED, record, line=first, other_line=other)
        return None
    problems.add(reading.ENCODING_WINDOWS, record, line=first)
    return text.encode("utf-8")


def as_utf8(record: str, data: bytes, problems: Problems) -> tuple[bytes, str] | None:
    """The file in UTF-8 without byte-order mark, every line ending in LF or all of them in CR LF, and the encoding it came in.

    No cell holds CR.

    None if it is in no encoding that can be told; `problems` then says where.
    """
    if data.startswith(_OTHER_MARKS):
        problems.add(reading.ENCODING_UNKNOWN, record, line=1, value="it begins as UTF-16 does")
        return None
    data = data.removeprefix(_MARK)
    if b"\r" in data and (b'"' in data or not _is_followed(data, b"\r", b"\n")):
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if is_utf8(data):
        return data, "utf-8"
    converted = _from_windows(record, data, problems)
    return None if converted is None else (converted, "windows-1252")


def _is_followed(data: bytes, one: bytes, other: bytes) -> bool:
    """Whether behind each byte `one` stands the byte `other`."""
    alone = ((piece[:-1] == one[0]) & (piece[1:] != other[0]) for piece in _pieces(data, overlap=1))
    return not data.endswith(one) and not any(map(np.any, alone))


def has_control_characters(data: bytes) -> bool:
    """Whether there are characters that no text should have, such as NUL."""
    control = sum(int(np.count_nonzero(piece < ord(" "))) for piece in _pieces(data))
    return _DELETE in data or control != sum(count(data, bytes([sign])) for sign in _ALLOWED_CONTROL)


def may_have_blanks_at_edges(data: bytes) -> bool:
    """Whether some cell may begin or end with white space; never false where one does. `data`: rows of cells, in UTF-8."""
    if (
        data[:1] == b" "
        or data[-1:] == b" "
        or any(blank[:1] in data and blank in data for blank in _OTHER_BLANKS)
    ):
        return True
    return any(map(_has_blank_at_edge, _pieces(data, overlap=1)))


def _has_blank_at_edge(piece: Numbers) -> bool:
    blank = piece == ord(" ")
    if not blank.any():
        return False
    edge = np.logical_or.reduce([piece == sign for sign in _EDGES])
    return bool((blank[1:] & edge[:-1]).any() or (edge[1:] & blank[:-1]).any())
