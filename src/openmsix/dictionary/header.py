"""The header: who submits what, for which window, and what must add up. It holds no data element."""

from openmsix.dictionary.declare import Element, Mark, RecordType, Required, Sensitivity, Type


def header_field(
    key: str,
    name: str,
    definition: str,
    type: Type,  # named as in Element
    length: int,
    *,
    code_set: str | None = None,
    mark: Mark = Mark.THIRD_PARTY,
    aliases: tuple[str, ...] = (),
    notes: str = "",
) -> Element:
    """A field of the header; each must be there."""
    return Element(
        key=key,
        name=name,
        definition=definition,
        type=type,
        length=length,
        code_set=code_set,
        required=Required.MUST,
        sensitivity=Sensitivity.ADMINISTRATIVE,
        mark=mark,
        file_only=True,
        aliases=aliases,
        notes=notes,
    )


MOMENT_LENGTH = "17 digits in one transcription, DateTime(23) in another."

HEADER = RecordType(
    key="header",
    name="Header",
    file="header.csv",
    letter="H",
    least=1,
    most=1,
    natural_key=("submitting_state", "ending_effective_date", "part_number"),
    elements=(
        header_field(
            "submitting_state",
            "Submitting State",
            "State that submits the file.",
            Type.CODE,
            2,
            code_set="state",
        ),
        header_field(
            "submission_date",
            "Submission Date",
            "When the file was made.",
            Type.MOMENT,
            17,
            notes=MOMENT_LENGTH,
        ),
        header_field(
            "beginning_effective_date",
            "Beginning Effective Date",
            "Begin of the window of changes that the file covers.",
            Type.MOMENT,
            17,
            notes=MOMENT_LENGTH,
        ),
        header_field(
            "ending_effective_date",
            "Ending Effective Date",
            "End of the window; later than its begin.",
            Type.MOMENT,
            17,
            notes=MOMENT_LENGTH,
        ),
        header_field(
            "total_students",
            "Total Students in File",
            "Number of students in the file.",
            Type.INTEGER,
            8,
            aliases=("Total Students",),
        ),
        header_field(
            "total_records",
            "Total Records in File",
            "Number of records in the file, the header not counted.",
            Type.INTEGER,
            9,
            aliases=("Total Records",),
        ),
        header_field(
            "dictionary_version",
            "Dictionary Version",
            "Version of the data dictionary that the file follows.",
            Type.CODE,
            10,
            code_set="dictionary_version",
            mark=Mark.OURS,
        ),
        header_field(
            "submission_kind",
            "Submission Kind",
            "Whether the submission holds all students of the State or only those that changed.",
            Type.CODE,
            5,
            code_set="submission_kind",
            mark=Mark.OURS,
        ),
        header_field(
            "part_number",
            "Part Number",
            "Number of this part of the submission, from 1.",
            Type.INTEGER,
            4,
            mark=Mark.OURS,
        ),
        header_field(
            "total_parts",
            "Total Parts",
            "Number of parts of the submission; it is taken in when all have come.",
            Type.INTEGER,
            4,
            mark=Mark.OURS,
        ),
    ),
)
