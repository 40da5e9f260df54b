"""From the bytes of a file to text of one encoding with one kind of line end. Pure."""

import codecs
import io

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
BLANKS_BEGIN = bytes({blank[0] for blank in _OTHER_BLANKS if blank[0] > ord("\x7f")})
"""The bytes with which white space beyond ASCII begins; other characters begin with some of them too."""

_EDGES = np.isin(np.arange(256), list(b',\n\r"'))


def count(data: bytes, sign: bytes) -> int:
    """How often a byte stands in the data: as `bytes.count`, several times faster where it is frequent."""
    return int(np.count_nonzero(_numbers(data) == sign[0]))


def _numbers(data: bytes) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.frombuffer(data, np.uint8)


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
    numbers = _numbers(data)
    return bool((numbers[1:] == other[0])[numbers[:-1] == one[0]].all()) and numbers[-1] != one[0]


def has_control_characters(data: bytes) -> bool:
    """Whether there are characters that no text should have, such as NUL."""
    control = int(np.count_nonzero(_numbers(data) < ord(" ")))
    return _DELETE in data or control != sum(count(data, bytes([sign])) for sign in _ALLOWED_CONTROL)


def may_have_blanks_at_edges(data: bytes) -> bool:
    """Whether some cell may begin or end with white space; never false where one does. `data`: rows of cells, in UTF-8."""
    if any(blank[:1] in data and blank in data for blank in _OTHER_BLANKS):
        return True
    numbers = _numbers(b"\n" + data + b"\n")
    at = np.flatnonzero(numbers == ord(" "))
    return bool(_EDGES[numbers[at - 1]].any() or _EDGES[numbers[at + 1]].any())
