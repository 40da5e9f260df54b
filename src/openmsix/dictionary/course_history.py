"""Course history of secondary students: what was finished and what a move broke off."""

from openmsix.dictionary.applicability import SECONDARY
from openmsix.dictionary.declare import Element, Mark, RecordType, Required, Sensitivity, Type
from openmsix.dictionary.identifiers import RECORDS_PER_STUDENT, STUDENT_RECORD_ID, record_id

UNFINISHED = "When the course was not finished and no credit was granted"
FINISHED = "When the course was finished"


def course_fact(
    key: str,
    name: str,
    definition: str,
    type: Type,  # named as in Element
    length: int,
    *,
    scale: int = 0,
    code_set: str | None = None,
    required: Required = Required.OPTIONAL,
    condition: str = "",
    ceds: str | None = None,
    edfi: str | None = None,
    aliases: tuple[str, ...] = (),
    notes: str = "",
) -> Element:
    """An element of a course; all of them are educational and apply to secondary students."""
    return Element(
        key=key,
        name=name,
        definition=definition,
        type=type,
        length=length,
        scale=scale,
        code_set=code_set,
        required=required,
        condition=condition,
        applies=SECONDARY,
        sensitivity=Sensitivity.EDUCATION,
        ceds=ceds,
        edfi=edfi,
        mark=Mark.THIRD_PARTY,
        aliases=aliases,
        notes=notes,
    )


COURSE = (
    course_fact(
        "course_title",
        "Course Title",
        "Name of the course.",
        Type.TEXT,
        50,
        required=Required.MUST,
        ceds="000067",
        edfi="CourseTranscript.courseTitle",
    ),
    course_fact(
        "subject_area",
        "Subject Area Name",
        "Subject of the course.",
        Type.TEXT,
        50,
        ceds="001518",
        edfi="Course.academicSubjects.academicSubjectDescriptor",
        aliases=("Subject Area",),
    ),
    course_fact(
        "course_type",
        "Course Type",
        "Nature and difficulty of the course.",
        Type.CODE,
        2,
        code_set="course_type",
        ceds="000061",
        edfi="Course.levelCharacteristics.courseLevelCharacteristicDescriptor",
    ),
    course_fact(
        "begin_academic_year",
        "Begin Academic Year",
        "Calendar year in which the school year of the course began.",
        Type.YEAR,
        4,
        required=Required.MUST,
        ceds="000243",
        notes="Older lists had one Academic Year (recalled).",
    ),
    course_fact(
        "end_academic_year",
        "End Academic Year",
        "Calendar year in which the school year of the course ended.",
        Type.YEAR,
        4,
        required=Required.MUST,
        ceds="000243",
        edfi="StudentAcademicRecord.schoolYear",
    ),
    course_fact(
        "course_section",
        "Course Section",
        "Which part of the course was taken.",
        Type.CODE,
        2,
        code_set="course_section",
    ),
    course_fact(
        "term_type",
        "Term Type",
        "Span of time that the course runs.",
        Type.CODE,
        4,
        code_set="term_type",
        ceds="000254",
        edfi="StudentAcademicRecord.termDescriptor",
    ),
)

UNFINISHED_COURSE = (
    course_fact(
        "clock_hours",
        "Clock Hours",
        "Hours completed so far in a course that was not finished.",
        Type.INTEGER,
        4,
        required=Required.CONDITIONAL,
        condition=UNFINISHED,
        notes="The length was not seen; one State allows 0 to 1080. Ed-Fi has no such element.",
    ),
    course_fact(
        "grade_to_date",
        "Grade-to-Date",
        "Grade at withdrawal from a course that was not finished, as percent or letter.",
        Type.TEXT,
        3,
        required=Required.CONDITIONAL,
        condition=UNFINISHED,
        ceds="000124",
        edfi="CourseTranscript.partialCourseTranscriptAwards.letterGradeEarned",
    ),
)

FINISHED_COURSE = (
    course_fact(
        "credits_granted",
        "Credits Granted",
        "Credit earned on completion.",
        Type.DECIMAL,
        3,
        scale=2,
        required=Required.CONDITIONAL,
        condition=FINISHED,
        ceds="000200",
        edfi="CourseTranscript.earnedCredits",
    ),
    course_fact(
        "final_grade",
        "Final Grade",
        "Final grade: letter, percent, pass, incomplete.",
        Type.TEXT,
        10,
        required=Required.CONDITIONAL,
        condition=FINISHED,
        ceds="000124",
        edfi="CourseTranscript.finalLetterGradeEarned",
    ),
)

COURSE_HISTORY = RecordType(
    key="course_history",
    name="Course History",
    file="course_history.csv",
    letter="C",
    least=0,
    most=RECORDS_PER_STUDENT,
    natural_key=("course_title", "begin_academic_year", "end_academic_year", "course_section", "term_type"),
    elements=(
        STUDENT_RECORD_ID,
        record_id("Course History Record ID"),
        *COURSE,
        *UNFINISHED_COURSE,
        *FINISHED_COURSE,
    ),
)
