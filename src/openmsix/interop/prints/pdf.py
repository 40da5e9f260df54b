"""From a consolidated record to a tagged PDF."""

import json
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import font_source_sans_pro
import typst

from openmsix.dictionary.labels import Language
from openmsix.interop.prints import arrival, sections, unshown
from openmsix.interop.prints.blocks import Block, page_break
from openmsix.interop.prints.phrases import PHRASES
from openmsix.interop.shown import grouped_id
from openmsix.students.record import ConsolidatedRecord

SUMMARY_PAGES = 3
ROWS_TRIED = (14, 10, 7, 5, 3, 2)  # rows a section of the summary, until it fits
FONTS = str(Path(font_source_sans_pro.__file__).parent / "files")
_PAGE = re.compile(rb"/Type\s*/Page\b")


def summary(
    record: ConsolidatedRecord, *, language: Language, printed_by: str, made_up: bool = False
) -> bytes:
    """At most three pages for the family's transfer packet: the arrival sheet, then the newest of each section. What is left out is said.

    Args:
        record: what to print.
        language: `en` or `es`.
        printed_by: the person's name and hat, for the line under the title.
        made_up: the child is of a demonstration; each page says so.

    Returns:
        A PDF that conforms to PDF/UA-1.
    """

    def with_rows(most: int) -> bytes:
        blocks = [
            *arrival.sheet(record, language),
            *sections.courses(record, language, most),
            *sections.enrollments(record, language, most),
            *sections.moves(record, language, most),
            *sections.assessments(record, language, most),
            *sections.family(record, language),
        ]
        return _compile(
            _content(record, blocks, language, printed_by, PHRASES[language].title_summary, made_up)
        )

    return _first_that_fits(with_rows)


def _first_that_fits(with_rows: Callable[[int], bytes]) -> bytes:
    """The print with the most rows that has no more than the pages of a summary; else the one with the fewest.

    Most records fit at once; for the others the rest is halved, since to make a print takes its time.
    """
    made = with_rows(ROWS_TRIED[0])
    if _pages(made) <= SUMMARY_PAGES:
        return made
    first, last, fits = 1, len(ROWS_TRIED) - 1, b""
    while first < last:
        middle = (first + last) // 2
        made = with_rows(ROWS_TRIED[middle])
        if _pages(made) <= SUMMARY_PAGES:
            last, fits = middle, made
        else:
            first = middle + 1
    return fits or with_rows(ROWS_TRIED[last])


def full(record: ConsolidatedRecord, *, language: Language, printed_by: str, made_up: bool = False) -> bytes:
    """The whole record, as long as it needs: the arrival sheet, every section, and every state record as sent. PDF/UA-1."""
    blocks = [
        *arrival.sheet(record, language, in_full=True),
        page_break(),
        *sections.child(record, language),
        *sections.family(record, language),
        *sections.health(record, language),
        *sections.schooling(record, language),
        *sections.moves(record, language),
        *sections.enrollments(record, language),
        *sections.courses(record, language),
        *sections.assessments(record, language),
        page_break(),
        *sections.sources(record, language),
    ]
    return _compile(_content(record, blocks, language, printed_by, PHRASES[language].title_full, made_up))


def _content(
    record: ConsolidatedRecord,
    blocks: list[Block],
    language: Language,
    printed_by: str,
    title: str,
    made_up: bool,
) -> dict[str, Any]:
    words = PHRASES[language]
    identifier = grouped_id(record.msix_id)
    return {
        "language": language,
        "title": title,
        "confidential": words.confidential,
        "made-up": words.made_up if made_up else "",
        "running": f"{record.name} · {words.id_label} {identifier}",
        "footer": words.footer,
        "page": words.page,
        "of": words.of,
        "name": record.name or words.unknown,
        "born": words.born.format(
            day=words.day_in_words(record.birth_date), age=words.unknown if record.age is None else record.age
        ),
        "id-label": words.id_label,
        "id": identifier,
        "made": f"{title}. {words.made.format(day=words.day_in_words(record.made_on), who=printed_by)}",
        "blocks": blocks,
    }


def _pages(document: bytes) -> int:
    """How many pages a PDF of Typst has: it writes them as plain objects."""
    return len(_PAGE.findall(document))


@cache
def _fonts() -> typst.Fonts:
    """The fonts, looked up once a process."""
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])


def _compile(content: dict[str, Any]) -> bytes:
    told = json.dumps(content, ensure_ascii=False)
    while True:
        try:
            return _typeset(told)
        except typst.TypstError as fault:
            lacking = unshown.signs(fault.diagnostic)
            if not any(sign in told for sign in lacking):
                raise
            told = unshown.by_number(told, lacking)


def _typeset(record: str) -> bytes:
    with as_file(files("openmsix.interop.prints") / "record.typ") as template:
        made = typst.compile(
            str(template), pdf_standards=["ua-1"], sys_inputs={"record": record}, font_paths=_fonts()
        )
    assert isinstance(made, bytes)
    return made
