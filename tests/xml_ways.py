"""The law of the two ways to read XML."""

import polars as pl

from openmsix.dictionary import dictionary
from openmsix.intake import xml_file
from openmsix.intake.document import cleaned
from openmsix.intake.problems import Problems
from openmsix.intake.xml_careful import CarefulXml
from openmsix.intake.xml_places import TOP, places


def is_regular(data: bytes) -> bool:
    """Whether the quick way takes the file. If so, lxml takes it too, and the careful way reads the same and has nothing to say."""
    book, within, problems = dictionary(), places("current"), Problems(1)
    quick = xml_file.regular(data, xml_file.encoding_of(data), within)
    if quick is None:
        return False
    assert xml_file.ends_well(data, problems)
    careful = CarefulXml(book, within, problems).read(data)
    assert not problems.rows
    assert quick.keys() == careful.keys()
    for record, rows in careful.items():
        for column in rows.drop("_owner" if record in TOP else []):
            expected = cleaned(column) if column.dtype == pl.String else column
            found = quick[record].get_column(column.name, default=pl.repeat(None, rows.height, eager=True))
            assert expected.equals(found.cast(column.dtype), null_equal=True), (record, column.name)
    return True
