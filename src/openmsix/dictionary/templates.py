"""Blank files for a State to fill: one CSV per record type with its header row."""

import csv
import io

from openmsix.dictionary.columns import columns


def csv_template(record_type: str, version: str = "current") -> str:
    """The header row of a record type's file, with the line end that RFC 4180 asks for."""
    page = io.StringIO(newline="")
    csv.writer(page).writerow(columns(record_type, version))
    return page.getvalue()
