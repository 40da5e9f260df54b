"""Files to download, sent as they are made, harmless when a spreadsheet opens them."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

from openmsix.intake.receipt import harmless_cell

BYTE_ORDER_MARK = "\ufeff"  # so that spreadsheets read the accents
BLOCK = 500  # lines sent at a time


class _Line:
    """What the csv writer writes to: it hands each line back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file in blocks of lines."""
    writer = csv.writer(_Line())
    block = [BYTE_ORDER_MARK, writer.writerow(columns)]
    for row in rows:
        block.append(writer.writerow([harmless_cell(value) for value in row]))
        if len(block) >= BLOCK:
            yield "".join(block)
            block = []
    yield "".join(block)


def csv_response(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A CSV file to keep."""
    return attachment(name, "text/csv; charset=utf-8", csv_lines(columns, rows))


def attachment(name: str, kind: str, blocks: Iterable[str]) -> StreamingHttpResponse:
    """A file to keep, never stored by caches between."""
    response = StreamingHttpResponse(blocks, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
