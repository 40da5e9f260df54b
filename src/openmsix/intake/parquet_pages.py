"""What the pages of a Parquet file say of themselves, before any of it is unpacked. Pure.

A reader believes the header of a page: it makes room for as many bytes as that names, whatever the footer says. PyArrow tells the footer only and has no
bound for memory, so the headers are read here: structs in Thrift's compact protocol, of which only a few numbers count (parquet.thrift, PageHeader).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.parquet as pq

MOST_PAGES = 100_000
"""So many pages of a file are looked at: a part of 25 million cells in pages of a few hundred."""

PADDING = 100
"""Bytes behind a column chunk in which readers look for its last page, since some old writers counted too few."""

MOST_DEEP = 4
_TYPE, _SIZE, _PACKED, _DATA, _DATA_2 = 1, 2, 3, 5, 8
"""Fields of a page's header: what it is, bytes unpacked and packed, and what it says as a page of data in either form."""
_VALUES = 1
_ENCODING = {_DATA: 2, _DATA_2: 4}
DELTA_BYTE_ARRAY = 7
"""An encoding in which each text repeats what it has in common with the one before: a small page may stand for any size."""

Fields = dict[int, "int | Fields"]


class BrokenPage(ValueError):
    """The bytes are no header of a page."""


@dataclass(frozen=True)
class Page:
    """What one page says. `size`: its bytes unpacked; `values`: how many it holds, 0 of a page of texts that others refer to."""

    size: int
    values: int
    encoding: int | None


def pages(data: bytes, chunk: pq.ColumnChunkMetaData) -> Iterator[Page]:
    """The pages of a column chunk, as a reader comes upon them.

    Raises:
        BrokenPage: there is no page where one must be.
    """
    at = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < at:
        at = chunk.dictionary_page_offset
    end = min(at + chunk.total_compressed_size + PADDING, len(data))
    left = chunk.num_values
    while left > 0 and at < end:
        reader = _Reader(data, at)
        fields = reader.struct()
        packed = _number(fields, _PACKED)
        page = _page(fields)
        if min(page.size, packed, page.values) < 0:
            raise BrokenPage("a page tells of less than nothing")
        yield page
        left -= page.values
        at = reader.at + packed


def _page(fields: Fields) -> Page:
    for field, encoding in _ENCODING.items():
        if isinstance(told := fields.get(field), dict):
            return Page(_number(fields, _SIZE), _number(told, _VALUES), _number(told, encoding))
    return Page(_number(fields, _SIZE), 0, None)


def _number(fields: Fields, field: int) -> int:
    found = fields.get(field)
    if not isinstance(found, int):
        raise BrokenPage("a page does not say how large it is")
    return found


class _Reader:
    """Reads a struct of the compact protocol; of texts and fractions nothing is kept."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def struct(self, depth: int = 0) -> Fields:
        """The fields that are numbers or structs."""
        if depth > MOST_DEEP:
            raise BrokenPage("the header of a page nests too deep")
        fields: Fields = {}
        field = 0
        while head := self._byte():
            step, kind = head >> 4, head & 0x0F
            field = field + step if step else self._signed()
            if kind == 12:
                fields[field] = self.struct(depth + 1)
            elif kind in (4, 5, 6):
                fields[field] = self._signed()
            else:
                self._pass_over(kind)
        return fields

    def _pass_over(self, kind: int) -> None:
        if kind in (1, 2):  # true and false stand in the kind
            return
        if kind not in (3, 7, 8):  # no header of a page has lists
            raise BrokenPage("the header of a page holds what none has")
        size = {3: 1, 7: 8}.get(kind) or self._unsigned()
        self.at += size

    def _byte(self) -> int:
        if not 0 <= self.at < len(self.data):
            raise BrokenPage("a page lies outside of the file")
        self.at += 1
        return self.data[self.at - 1]

    def _unsigned(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise BrokenPage("the header of a page holds a number without end")

    def _signed(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)
