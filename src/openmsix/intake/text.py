"""From the bytes of a file to text of one encoding with one kind of line end. Pure."""

import codecs
import io
from dataclasses import dataclass

import numpy as np

from .checks import reading
from .problems import Problems

PIECE = 1 << 20
_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELETE = b"\x7f"
_OTHER_BLANKS = (b"\t", b"\x0b", b"\x0c", *map(str.encode, "\u0085\u00a0\u1680\u205f\u3000"), b"\xe2\x80")
"""White space other than the space; the last one begins most kinds of wide and narrow spaces, and some quotes too."""
_COMMA, _LINE_END, _SPACE = b",\n "
CACHED = 1 << 17
"""So many bytes at a time are compared: with what is computed of them they stay in the processor's cache."""

Positions = np.ndarray[tuple[int], np.dtype[np.intp]]
BLANKS_BEGIN = bytes({blank[0] for blank in _OTHER_BLANKS if blank[0] > ord("\x7f")})
"""The bytes with which white space beyond ASCII begins; other characters begin with some of them too."""


def _marked(signs: bytes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """For each of the 256 bytes whether it is one of the signs."""
    return np.isin(np.arange(256, dtype=np.uint8), np.frombuffer(signs, np.uint8))


_EDGE = _marked(b',\n\r"')
_CONTROL = _marked(bytes(set(range(ord(" "))) - set(b"\n\r\t")))


@dataclass(frozen=True)
class Survey:
    """What is to be seen of rows of cells, in UTF-8, before they are read.

    `line_ends`: where LF stands. `commas`: how many there are. `control`: whether there are characters that no text should have, such as NUL.
    `blanks_at_edges`: whether some cell may begin or end with white space; never false where one does.
    """

    line_ends: Positions
    commas: int
    control: bool
    blanks_at_edges: bool


def count(data: bytes, sign: bytes, first: int = 0) -> int:
    """How often a byte stands in the data from `first` on: as `bytes.count`, several times faster where it is frequent."""
    numbers = np.frombuffer(data, np.uint8)[first:]
    begins = range(0, numbers.size, CACHED)
    return sum(int(np.count_nonzero(numbers[begin : begin + CACHED] == sign[0])) for begin in begins)


def survey(data: bytes, first: int = 0) -> Survey:
    """Look at every byte from `first` on, as seldom as can be: most of the time that a large file takes to be read goes by in looking at it.

    Places are counted from `first`.
    """
    numbers = np.frombuffer(data, np.uint8)[first:]
    line_ends, commas = [np.empty(0, np.intp)], 0
    control = data.find(_DELETE, first) >= 0
    at_edges = data.endswith(b" ", first) or any(
        data.find(blank[:1], first) >= 0 and data.find(blank, first) >= 0 for blank in _OTHER_BLANKS
    )
    for begin in range(0, numbers.size, CACHED):
        piece = numbers[begin : begin + CACHED]
        commas += int(np.count_nonzero(piece == _COMMA))
        low = np.flatnonzero(piece <= _SPACE)  # blanks, line ends and control characters: few
        signs, low = piece[low], low + begin
        line_ends.append(low[signs == _LINE_END])
        control = control or bool(_CONTROL[signs].any())
        at_edges = at_edges or _are_at_edges(numbers, low[signs == _SPACE])
    return Survey(np.concatenate(line_ends), commas, control, at_edges)


def _are_at_edges(numbers: np.ndarray[tuple[int], np.dtype[np.uint8]], blanks: Positions) -> bool:
    """Whether one of the blanks, none of which ends the data, stands beside what divides cells."""
    return bool(
        (blanks[:1] == 0).any() or _EDGE[numbers[blanks - 1]].any() or _EDGE[numbers[blanks + 1]].any()
    )


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
    numbers = np.frombuffer(data, np.uint8)
    begins = range(0, numbers.size, CACHED)
    found = (np.flatnonzero(numbers[begin : begin + CACHED] == one[0]) + begin for begin in begins)
    return not data.endswith(one) and all((numbers[at + 1] == other[0]).all() for at in found)
