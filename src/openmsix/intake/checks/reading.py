"""What the reader finds: in the zip, its files, their characters, columns and rows."""

from openmsix.intake.words import Severity

from .declare import found_by_reader

FILE, STUDENT, WARNING = Severity.FILE_REJECTED, Severity.STUDENT_REJECTED, Severity.WARNING

NOT_A_ZIP = found_by_reader(
    "E001",
    "not_a_zip",
    FILE,
    sentence="A part is one zip, XML or JSON file; a zip can be read to its end.",
    wrong="The file cannot be read as a zip: {reason}.",
    mend="Put the CSV files of the part into one zip and send that, or send one XML or JSON file.",
)
UNSAFE_ZIP = found_by_reader(
    "E002",
    "unsafe_zip",
    FILE,
    sentence="A zip holds a few plain files of sane size under plain names.",
    wrong="{value} cannot be taken in: {reason}.",
    mend="Zip only the CSV files themselves, without links, folders, passwords or other zips.",
)
FILE_MISSING = found_by_reader(
    "E003",
    "file_missing",
    FILE,
    sentence="Header, students, demographics and qualifying moves are always there.",
    wrong="There is no {value} in the zip.",
    mend="Add the file. If it has no rows, send it with its header row alone.",
)
FILE_ABSENT = found_by_reader(
    "E004",
    "file_absent",
    WARNING,
    sentence="A record type without a file is read as one without rows.",
    wrong="There is no {value} in the zip, so the students sent have no such records.",
    mend="If they have such records, add the file: what is sent of a student replaces what was known.",
)
FILE_UNKNOWN = found_by_reader(
    "E005",
    "file_unknown",
    WARNING,
    sentence="Every file in the zip is one of the layout.",
    wrong="{value} is no file of the layout and is not read.",
    mend="Leave it out, or give it the name that the layout has.",
)
FILE_TWICE = found_by_reader(
    "E006",
    "file_twice",
    FILE,
    sentence="Each record type has one file in a part.",
    wrong="{value} is in the zip more than once.",
    mend="Keep one, or put the rows of both into one.",
)
ENCODING_UNKNOWN = found_by_reader(
    "E007",
    "encoding_unknown",
    FILE,
    sentence="The files are written in UTF-8.",
    wrong="Line {line} has characters that are neither UTF-8 nor Windows-1252 ({value}).",
    mend="Save the file as CSV UTF-8.",
)
ENCODING_MIXED = found_by_reader(
    "E008",
    "encoding_mixed",
    FILE,
    sentence="A file is written in one encoding.",
    wrong="Line {line} is written in Windows-1252 and line {other_line} in UTF-8.",
    mend="Save the whole file as CSV UTF-8.",
)
ENCODING_WINDOWS = found_by_reader(
    "E009",
    "encoding_windows",
    WARNING,
    sentence="The files are written in UTF-8; Windows-1252 is recognised.",
    wrong="The file is written in Windows-1252 and was read as such; the first sign of it is on line {line}.",
    mend="Look whether accents in names came out right, and send UTF-8 in future.",
)
EMPTY_FILE = found_by_reader(
    "E010",
    "empty_file",
    FILE,
    sentence="Every file begins with a row of column names.",
    wrong="The file is empty.",
    mend="Write the header row, also if no rows follow.",
)
REQUIRED_COLUMN_MISSING = found_by_reader(
    "E011",
    "required_column_missing",
    FILE,
    sentence="Every element that must be sent has its column.",
    wrong="There is no column {element}.",
    mend="Add the column. The templates have every column under its name.",
)
COLUMN_MISSING = found_by_reader(
    "E012",
    "column_missing",
    WARNING,
    sentence="Every element has its column; one that is not there is read as empty.",
    wrong="There is no column {element}, so it is empty for all.",
    mend="Add the column if you have the values: what is sent of a student replaces what was known.",
)
COLUMN_UNKNOWN = found_by_reader(
    "E013",
    "column_unknown",
    WARNING,
    sentence="Every column is an element of the record type.",
    wrong="The column {value} is no element of this file and is not read.",
    mend="Check the spelling against the template, or leave the column out.",
)
COLUMN_TWICE = found_by_reader(
    "E014",
    "column_twice",
    FILE,
    sentence="Each element has one column.",
    wrong="{element} has more than one column.",
    mend="Keep one of them.",
)
RAGGED_ROW = found_by_reader(
    "E015",
    "ragged_row",
    STUDENT,
    sentence="Every row has as many cells as the header row.",
    wrong="Cells in the row: {cells}; in the header row: {columns}.",
    mend="Give the row a cell for every column, empty where nothing is known, and put text that holds commas or line ends between double quotes.",
)
STRAY_BROKEN_ROW = found_by_reader(
    "E016",
    "stray_broken_row",
    FILE,
    sentence="A row that is broken tells at least which student it is about.",
    wrong="The row is broken, and whose it is cannot be told.",
    mend="Mend the row. Which student would be incomplete cannot be told, so nothing is stored.",
)
QUOTE_NOT_CLOSED = found_by_reader(
    "E017",
    "quote_not_closed",
    FILE,
    sentence="A cell that begins with a double quote ends with one.",
    wrong="A quote that opens on line {line} swallows the following lines.",
    mend="Close the quote. A quote within a quoted cell is written twice.",
)

HEADER_NOT_ONE_ROW = found_by_reader(
    "E018",
    "header_not_one_row",
    FILE,
    sentence="Each part has one header.",
    wrong="Headers in the part: {rows}.",
    mend="Write one header for each part, in CSV and Parquet as one row.",
)

LEADING_ZEROS_LOST = found_by_reader(
    "E019",
    "leading_zeros_lost",
    WARNING,
    sentence="Record ids and codes of digits keep the zeros before them.",
    wrong="Values of {element} want the zeros before them, first on line {line} ({value}), rows: {rows}. The zeros were put back.",
    mend="Keep these columns as text: spreadsheets take the zeros away.",
)

LINE_END_IN_CELL = found_by_reader(
    "E020",
    "line_end_in_cell",
    FILE,
    sentence="No value but a comment goes over several lines, and no comment holds other rows.",
    wrong="{element} goes over several lines, from line {line}: a quote that was opened or closed in the wrong place may mix two students.",
    mend="Take the line end out of the value, or mend the quotes around it. A quote within a quoted cell is written twice.",
)

COLUMN_NAMES_NOT_FOUND = found_by_reader(
    "E021",
    "column_names_not_found",
    FILE,
    sentence="The first row names the columns, with commas between the names.",
    wrong="No column name of this file stands on line 1: {reason}.",
    mend="Begin the file with the names that the template has, and divide cells by commas.",
)

COLUMN_NAMES_TWICE = found_by_reader(
    "E022",
    "column_names_twice",
    WARNING,
    sentence="The column names stand on the first row only.",
    wrong="Line {line} has the column names again; such a row tells of no student and is passed over.",
    mend="Take the row out.",
)

READING = (
    NOT_A_ZIP,
    UNSAFE_ZIP,
    FILE_MISSING,
    FILE_ABSENT,
    FILE_UNKNOWN,
    FILE_TWICE,
    ENCODING_UNKNOWN,
    ENCODING_MIXED,
    ENCODING_WINDOWS,
    EMPTY_FILE,
    REQUIRED_COLUMN_MISSING,
    COLUMN_MISSING,
    COLUMN_UNKNOWN,
    COLUMN_TWICE,
    RAGGED_ROW,
    STRAY_BROKEN_ROW,
    QUOTE_NOT_CLOSED,
    HEADER_NOT_ONE_ROW,
    LEADING_ZEROS_LOST,
    LINE_END_IN_CELL,
    COLUMN_NAMES_NOT_FOUND,
    COLUMN_NAMES_TWICE,
)
