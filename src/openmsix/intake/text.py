"""From the bytes of a file to text of one encoding with one kind of line end. Pure."""

from .checks import reading
from .problems import Problems

_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LINE_ENDS = b"\n\r\t"
_CONTROL = bytes(number for number in range(32) if number not in _LINE_ENDS) + b"\x7f"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _first(lines: list[bytes], *, utf8: bool) -> int | None:
    """Number of the first line that has letters beyond ASCII and is, or is not, UTF-8."""
    for number, line in enumerate(lines, start=1):
        if not line.isascii() and _is_utf8(line) is utf8:
            return number
    return None


def _from_windows(record: str, data: bytes, problems: Problems) -> bytes | None:
    lines = data.split(b"\n")
    first = _first(lines, utf8=False) or 1
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        problems.add(
            reading.ENCODING_UNKNOWN, record, line=line, value=f"byte {data[fault.start]:02X} hexadecimal"
        )
        return None
    if other := _first(lines, utf8=True):
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
    if b"\r" in data and (b'"' in data or data.count(b"\r") != data.count(b"\r\n")):
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if _is_utf8(data):
        return data, "utf-8"
    converted = _from_windows(record, data, problems)
    return None if converted is None else (converted, "windows-1252")


def has_control_characters(data: bytes) -> bool:
    """Whether there are characters that no text should have, such as NUL."""
    return len(data.translate(None, _CONTROL)) != len(data)
