"""The formats of a part, and what a file is that should have been text, told from how it begins. Pure."""

from enum import StrEnum


class Format(StrEnum):
    """What a part is written in."""

    CSV = "csv"
    XML = "xml"
    JSON = "json"
    PARQUET = "parquet"


_BEGINS = (
    (b"PK\x03\x04", "a zip, or a workbook such as .xlsx"),
    (b"PK\x05\x06", "an empty zip"),
    (b"\xd0\xcf\x11\xe0", "a workbook such as .xls"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "packed (gzip)"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)
LOOKED_AT = 4096
"""So many bytes tell it."""


def no_text(begin: bytes) -> str:
    """What a file seems to be that is no plain text, as it is said after "it is"; empty if it may be text.

    `begin`: its first bytes, `LOOKED_AT` of them or all there are.
    """
    if not begin.strip(b"\xef\xbb\xbf \t\r\n"):
        return "empty"
    for sign, words in _BEGINS:
        if begin.startswith(sign):
            return words
    return "something else than text" if b"\x00" in begin else ""
