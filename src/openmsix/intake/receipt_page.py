"""The receipt as one HTML page that needs nothing else: no script, no other file. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files

from .formats import POSITIONS
from .receipt import Group, Receipt
from .words import Verdict, counted

MOST_SHOWN = 200
"""Findings of one rule on the page; the CSV has all of them."""

MOST_STUDENTS = 1000
"""Rejected students on the page; the CSV has all of them."""

_COLUMNS = {
    "part": "Part",
    "file": "File",
    "line": "Line",
    "record_id": "Record ID",
    "element_name": "Element",
    "value": "Value",
    "wrong": "What is wrong",
}
_STUDENT_COLUMNS = {
    "part": "Part",
    "line": "Line",
    "student_record_id": "Student Record ID",
    "state_student_id": "State Student Identifier",
    "findings": "Findings",
}
_ABSENT_COLUMNS = {
    "state_student_id_type": "Type",
    "state_student_id": "State Student Identifier",
    "msix_id": "MSIX ID",
}


def page(receipt: Receipt) -> str:
    """The page."""
    style = files("openmsix.intake").joinpath("receipt.css").read_text(encoding="utf-8")
    title = "Receipt" + (f" {receipt.facts['File']}" if "File" in receipt.facts else "")
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>",
            f"<h1>{escape(title)}</h1>\n<p class='verdict{' to-mend' if receipt.file_rejected or receipt.is_to_mend else ''}'>{escape(_verdict(receipt))}</p>",
            _counts(receipt),
            _overview(receipt),
            *(_section(receipt, group) for group in receipt.groups),
            _rejected(receipt),
            _absent(receipt),
            "<h2>What was checked</h2>",
            _terms(receipt.facts),
            *(f"<p>{escape(note)}</p>" for note in receipt.notes),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _verdict(receipt: Receipt) -> str:
    if receipt.file_rejected:
        return "The file cannot be used. Nothing of it would be stored."
    of_nobody = receipt.rows_of_nobody
    rows = counted(of_nobody, "row belongs to no student and is", "rows belong to no student and are")
    stray = f" {rows} not used." if of_nobody else ""
    all_of_them = counted(receipt.students, "student", "students")
    in_order = receipt.students - receipt.rejected
    if not receipt.is_stored:
        return f"Nothing of it is stored. Students in order: {in_order:,} of {receipt.students:,}.{stray}"
    if receipt.rejected:
        are = "is" if receipt.rejected == 1 else "are"
        others = f"; {counted(in_order, 'other is', 'others are')} accepted" if in_order else ""
        return f"{receipt.rejected:,} of {all_of_them} {are} rejected{others}.{stray}"
    if receipt.students == 1:
        return f"The one student is accepted.{stray}"
    return f"All {all_of_them} are accepted.{stray}"


def _table(caption: str, columns: Iterable[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    # A table that is wider than the screen scrolls by itself, by keyboard too.
    return (
        f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _counts(receipt: Receipt) -> str:
    told = {name: f"{count:,}" for name, count in receipt.counts.items() if count or name == "Students"}
    return _terms(told)


def _terms(pairs: Mapping[str, str]) -> str:
    terms = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs.items()
    )
    return f"<dl>{terms}</dl>"


def _overview(receipt: Receipt) -> str:
    if not receipt.groups:
        return "<p>Nothing was found.</p>"
    rows = [
        (g.code, g.severity.label, g.sentence, f"{g.findings:,}", f"{g.students:,}") for g in receipt.groups
    ]
    columns = ("Rule", "Effect", "What must hold", "Findings", "Students")
    return "<h2>By rule</h2>" + _table("Findings by rule", columns, rows)


def _left_out(shown: int, total: int) -> str:
    return f"<p>The first {shown:,} of {total:,}. The CSV has all of them.</p>" if total > shown else ""


def _section(receipt: Receipt, group: Group) -> str:
    told = receipt.told.filter(code=group.code)
    rows = told.select(*_COLUMNS).head(MOST_SHOWN).iter_rows()
    mend = told["mend"].unique(maintain_order=True).head(3).to_list()
    columns = _COLUMNS | {"line": POSITIONS[receipt.teller.format_of()].capitalize()}
    return (
        f"<h2>{group.code}: {escape(group.sentence)}</h2>\n<p>{escape(group.severity.label)}. <strong>To mend:</strong> {escape(' Or: '.join(mend))}</p>\n"
        + _left_out(MOST_SHOWN, told.height)
        + _table(f"Findings of rule {group.code}", columns.values(), rows)
    )


def _rejected(receipt: Receipt) -> str:
    rejected = receipt.answers.filter(verdict=Verdict.REJECTED.value)
    if receipt.file_rejected or rejected.is_empty():
        return ""
    rows = rejected.select(*_STUDENT_COLUMNS).head(MOST_STUDENTS).iter_rows()
    return (
        "<h2>Rejected students</h2>\n"
        + _left_out(MOST_STUDENTS, rejected.height)
        + _table("Rejected students", _STUDENT_COLUMNS.values(), rows)
    )


def _absent(receipt: Receipt) -> str:
    if receipt.absent.is_empty():
        return ""
    rows = receipt.absent.select(*_ABSENT_COLUMNS).head(MOST_STUDENTS).iter_rows()
    return (
        "<h2>Closed because absent</h2>\n"
        + _left_out(MOST_STUDENTS, receipt.absent.height)
        + _table("Closed because absent", _ABSENT_COLUMNS.values(), rows)
    )
