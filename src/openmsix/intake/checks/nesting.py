"""What the reader finds in formats other than CSV: in the nesting of XML and JSON, and in the columns of Parquet."""

from openmsix.intake.words import Severity

from .declare import found_by_reader

FILE, STUDENT = Severity.FILE_REJECTED, Severity.STUDENT_REJECTED
DROPPED, WARNING = Severity.VALUE_DROPPED, Severity.WARNING

SEVERAL_DOCUMENTS = found_by_reader(
    "E030",
    "several_documents",
    FILE,
    sentence="A part is one XML or JSON file, or one file for each record type.",
    wrong="The zip holds more than one file that could be the part: {value}.",
    mend="Send each part in a file or zip of its own.",
)
DOCUMENT_BROKEN = found_by_reader(
    "E031",
    "document_broken",
    FILE,
    sentence="XML and JSON can be read to their end.",
    wrong="The file cannot be read as {format}: {reason}.",
    mend="Let a library write the file, and look whether it was cut off on its way.",
)
DOCUMENT_TYPE = found_by_reader(
    "E032",
    "document_type_declared",
    FILE,
    sentence="XML declares no document type and no entities.",
    wrong="Line {line} declares a document type (DOCTYPE).",
    mend="Leave it out. The published schema (XSD) says how the file must look.",
)
TOO_DEEP = found_by_reader(
    "E033",
    "nested_too_deep",
    FILE,
    sentence="XML and JSON nest no deeper than the layout: part, student, record, value.",
    wrong="{value} nests deeper than any part does.",
    mend="Write the file as the layout says.",
)
TOO_LARGE = found_by_reader(
    "E034",
    "document_too_large",
    FILE,
    sentence="A file holds no more than a part can have.",
    wrong="The file is too large: {reason}.",
    mend="Divide the submission into more parts. Where one line or value is named, a line end or a quote may be missing. Of large files CSV, Parquet and XML are read best.",
)
ROOT_UNKNOWN = found_by_reader(
    "E035",
    "root_unknown",
    FILE,
    sentence="XML begins with Submission, JSON with an object of header and students.",
    wrong="The file begins with {value}.",
    mend="Write the file as the layout says.",
)
NAMESPACE_UNKNOWN = found_by_reader(
    "E036",
    "namespace_unknown",
    WARNING,
    sentence="The namespace of XML is that of a dictionary version.",
    wrong="The namespace is {value}; what stands in the file is taken as if it were {expected}.",
    mend='Write xmlns="{expected}" at the outermost element.',
)
VERSIONS_DIFFER = found_by_reader(
    "E037",
    "versions_differ",
    FILE,
    sentence="Namespace and header name the same dictionary version.",
    wrong="The header says {value}, the namespace {named}.",
    mend="Let both name the version that the file follows, or leave it out of the header.",
)
MEMBER_UNKNOWN = found_by_reader(
    "E038",
    "member_unknown",
    WARNING,
    sentence="Every element of XML and every key of JSON is one of its record.",
    wrong="{value} is nothing that a record of this type has, and is not read. It is there {times} times, first on {at}.",
    mend="Check the spelling against the schema, or leave it out.",
)
MISPLACED = found_by_reader(
    "E039",
    "record_misplaced",
    STUDENT,
    sentence="Records stand directly within their student, values directly within their record.",
    wrong="{value} stands within {within}.",
    mend="Put it where the layout has it.",
)
STRAY = found_by_reader(
    "E040",
    "record_of_nobody",
    FILE,
    sentence="The outermost element holds one header, then students; nothing stands beside them.",
    wrong="{value} stands outside of every student.",
    mend="Put it within the student that it is about. As whose it is cannot be told, nothing is stored.",
)
VALUE_TWICE = found_by_reader(
    "E041",
    "value_twice",
    STUDENT,
    sentence="A record says each of its values once.",
    wrong="{element} is there twice in one record.",
    mend="Keep the one that holds.",
)
HEADER_UNCLEAR = found_by_reader(
    "E042",
    "header_unclear",
    FILE,
    sentence="The header says each of its values once, as text.",
    wrong="{value} in the header {reason}.",
    mend="Write each value of the header once, as text.",
)
NO_TEXT = found_by_reader(
    "E043",
    "not_text",
    DROPPED,
    sentence="Values are text, or null where nothing is known.",
    wrong="{element} is {reason}, not text.",
    mend="Write it as text between double quotes: a number with the zeros before it, yes or no by its code.",
)
NOT_A_RECORD = found_by_reader(
    "E044",
    "not_a_record",
    STUDENT,
    sentence="A student is one object, and so is each of its records.",
    wrong="{value} is {reason} where a record belongs.",
    mend="Write each record as an object of keys and values, and several of a type as a list.",
)
OWNER_DIFFERS = found_by_reader(
    "E045",
    "owner_differs",
    STUDENT,
    sentence="A record that stands within a student names no other one.",
    wrong="The record names student {value}, but stands within another.",
    mend="Put it within the student that it is about, or leave its Student Record ID out.",
)
PARQUET_BROKEN = found_by_reader(
    "E046",
    "parquet_broken",
    FILE,
    sentence="A Parquet file can be read to its end.",
    wrong="The file cannot be read as Parquet: {reason}.",
    mend="Write the file anew, with a library that keeps to the format.",
)
COLUMN_TYPE = found_by_reader(
    "E047",
    "column_type_unusable",
    FILE,
    sentence="A column of Parquet holds text, whole numbers, decimals, dates or moments as its element does.",
    wrong="The column {element} holds {value}, which is no type for it.",
    mend="Write the column as text, in the form of the CSV files.",
)

TOO_MANY_FAULTS = found_by_reader(
    "E048",
    "too_many_faults",
    FILE,
    sentence="A file has so few faults in its form that all can be told.",
    wrong="More than {most} faults of form were found; the rest of the file was not looked at.",
    mend="Mend what is told first: most often one slip of the program that writes the file is behind all of them.",
)

TOO_MANY_FINDINGS = found_by_reader(
    "E049",
    "too_many_findings",
    FILE,
    sentence="A submission has so few findings that all can be told.",
    wrong="More than {most} findings were made; what else may be wrong was not looked at.",
    mend="Mend what is told most often first: most often one slip of the program that writes the file is behind all of them.",
)

NESTING = (
    SEVERAL_DOCUMENTS,
    DOCUMENT_BROKEN,
    DOCUMENT_TYPE,
    TOO_DEEP,
    TOO_LARGE,
    ROOT_UNKNOWN,
    NAMESPACE_UNKNOWN,
    VERSIONS_DIFFER,
    MEMBER_UNKNOWN,
    MISPLACED,
    STRAY,
    VALUE_TWICE,
    HEADER_UNCLEAR,
    NO_TEXT,
    NOT_A_RECORD,
    OWNER_DIFFERS,
    PARQUET_BROKEN,
    COLUMN_TYPE,
    TOO_MANY_FAULTS,
    TOO_MANY_FINDINGS,
)
