"""The building blocks of a print, as plain data for the Typst template `record.typ`."""

from collections.abc import Sequence
from typing import Any

Block = dict[str, Any]


def heading(text: str) -> Block:
    """A heading of the second level."""
    return {"kind": "heading", "text": text}


def note(text: str) -> Block:
    """A paragraph."""
    return {"kind": "note", "text": text}


def page_break() -> Block:
    """The next block begins a page."""
    return {"kind": "pagebreak"}


def table(
    columns: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]], caption: str = ""
) -> Block:
    """A table. `widths`: shares of the line, 0 as wide as its words."""
    return {
        "kind": "table",
        "caption": caption,
        "columns": list(columns),
        "widths": list(widths),
        "rows": [list(row) for row in rows],
    }


def facts(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """A table of three columns: what, its value, who said it."""
    return {"kind": "facts", "columns": list(columns), "rows": [list(row) for row in rows]}


def line(label: str, text: str, source: str = "", *, strong: bool = False) -> Block:
    """A line of a card."""
    return {"label": label, "text": text, "source": source, "strong": strong}


def card(title: str, lines: Sequence[Block]) -> Block:
    """A framed group of lines."""
    return {"title": title, "lines": list(lines)}


def cards(those: Sequence[Block], below: Block) -> Block:
    """Cards in two columns, dealt out left and right, and one below them as wide as the page."""
    return {"kind": "cards", "cards": list(those), "below": below}
