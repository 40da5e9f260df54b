"""Blank files for a State to fill: one CSV per record type with its header row, and a zip of them all."""

import csv
import io
import zipfile

from openmsix.dictionary.columns import columns
from openmsix.dictionary.versions import dictionary

# The oldest moment a zip can hold: the same templates give the same bytes on any day.
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)


def csv_template(record_type: str, version: str = "current") -> str:
    """The header row of a record type's file, with the line end that RFC 4180 asks for."""
    page = io.StringIO(newline="")
    csv.writer(page).writerow(columns(record_type, version))
    return page.getvalue()


def csv_templates(version: str = "current") -> dict[str, str]:
    """Every blank file by its name, in the order of the layout."""
    return {record.file: csv_template(record.key, version) for record in dictionary(version).records.values()}


def zip_of_templates(version: str = "current") -> bytes:
    """All blank files in one zip, ready to be filled and submitted."""
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in csv_templates(version).items():
            archive.writestr(zipfile.ZipInfo(name, date_time=_NO_MOMENT), text)
    return page.getvalue()
