"""What a State said about a child: the state record, its versions, and the rows of each version.

Nothing here is ever overwritten. A State's next word about a student closes the live version and opens a new
one.
"""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from openmsix.intake.models import Submission
from openmsix.records.fields import element

STATE_RECORD_KEYS = ("state_code", "state_student_id_type", "state_student_id")
"""The business key of a state record."""


class StateRecord(models.Model):
    """One student as one State knows it: the State with its identifier and the identifier's type."""

    state_code = models.CharField(max_length=2)
    state_student_id_type = element("students", "state_student_id_type")
    state_student_id = element("students", "state_student_id")
    first_seen = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=STATE_RECORD_KEYS, name="one_state_record_per_identifier"),
            models.CheckConstraint(
                condition=Q(state_student_id__isnull=False, state_student_id_type__isnull=False),
                name="state_record_has_identifier",
            ),
        ]

    def __str__(self) -> str:
        return f"state record {self.pk} of {self.state_code}"


class VersionQuerySet(models.QuerySet["RecordVersion"]):
    """Words for versions."""

    def live(self) -> Self:
        """What the States say now."""
        return self.filter(closed_at__isnull=True)

    def of_states(self, *state_codes: str) -> Self:
        """What these States said."""
        return self.filter(state_record__state_code__in=state_codes)


class RecordVersion(models.Model):
    """All that a State said about a student in one submission, until it says something else or withdraws the
    student.

    `content_hash`: sha256 over the content, see `openmsix.records.content`. `kinds`: bit n is set if there
    are rows of the nth table of `ROWS`.
    `effective_end`: the end of the window for which the State spoke. `msix_id_sent`: the MSIX ID that came
    with the student, if any. Versions are only ever written by `records.actions.store`, for a submission at hand: the
    database does not look that up for each of them.
    """

    id = models.BigAutoField(primary_key=True)
    state_record = models.ForeignKey(StateRecord, on_delete=models.PROTECT, related_name="versions")
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="versions", db_constraint=False
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by_submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, null=True, db_index=False, related_name="versions_closed"
    )
    content_hash = models.BinaryField(max_length=32)
    kinds = models.SmallIntegerField()
    effective_end = models.DateTimeField()
    msix_id_sent = element("students", "msix_id")
    dictionary_version = models.CharField(max_length=32)
    checks_version = models.CharField(max_length=32)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state_record"],
                condition=Q(closed_at__isnull=True),
                name="one_live_version_per_state_record",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by_submission__isnull=True)
                | Q(closed_at__isnull=False, closed_by_submission__isnull=False),
                name="closed_version_names_its_submission",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["closed_by_submission"],
                condition=Q(closed_at__isnull=False),
                name="versions_closed_by_submission",
            )
        ]

    def __str__(self) -> str:
        return f"version {self.pk} of state record {self.state_record_id}"


class Row(models.Model):
    """One row of a version, found by the version and its place in it (the record id of the file).

    The row tables have no other key and no index besides, and the database does not check the version of each
    row: rows are only ever written by `records.actions.store`, in one statement with their versions, and
    never removed, while a check of each of ten million rows would cost a good part of the load.
    """

    RECORD: ClassVar[str]

    pk = models.CompositePrimaryKey("version_id", "ordinal")
    version = models.ForeignKey(
        RecordVersion, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    ordinal = models.SmallIntegerField()

    class Meta:
        abstract = True


class AlternateId(Row):
    """Another identifier that the State's systems use for the child."""

    RECORD: ClassVar[str] = "alternate_ids"

    alternate_student_id = element(RECORD, "alternate_student_id")
    alternate_student_id_type = element(RECORD, "alternate_student_id_type")


class Demographics(Row):
    """Who the child is, as the State said it."""

    RECORD: ClassVar[str] = "demographics"

    first_name = element(RECORD, "first_name")
    middle_name = element(RECORD, "middle_name")
    last_name_1 = element(RECORD, "last_name_1")
    last_name_2 = element(RECORD, "last_name_2")
    suffix = element(RECORD, "suffix")
    sex = element(RECORD, "sex")
    birth_date = element(RECORD, "birth_date")
    multiple_birth_flag = element(RECORD, "multiple_birth_flag")
    birth_city = element(RECORD, "birth_city")
    birth_state = element(RECORD, "birth_state")
    birth_country = element(RECORD, "birth_country")
    birth_date_verification = element(RECORD, "birth_date_verification")
    male_parent_first_name = element(RECORD, "male_parent_first_name")
    male_parent_last_name = element(RECORD, "male_parent_last_name")
    female_parent_first_name = element(RECORD, "female_parent_first_name")
    female_parent_last_name = element(RECORD, "female_parent_last_name")
    parent_1_email = element(RECORD, "parent_1_email")
    parent_2_email = element(RECORD, "parent_2_email")
    parent_1_phone = element(RECORD, "parent_1_phone")
    parent_2_phone = element(RECORD, "parent_2_phone")


class QualifyingMove(Row):
    """A move that made the child eligible."""

    RECORD: ClassVar[str] = "qualifying_moves"

    qualifying_arrival_date = element(RECORD, "qualifying_arrival_date")
    from_city = element(RECORD, "from_city")
    from_state = element(RECORD, "from_state")
    from_country = element(RECORD, "from_country")
    to_city = element(RECORD, "to_city")
    to_state = element(RECORD, "to_state")
    eligibility_expiration_date = element(RECORD, "eligibility_expiration_date")


class Enrollment(Row):
    """A time at a school or project, or a residency."""

    RECORD: ClassVar[str] = "enrollments"

    enrollment_date = element(RECORD, "enrollment_date")
    enrollment_type = element(RECORD, "enrollment_type")
    school_or_project_name = element(RECORD, "school_or_project_name")
    mep_project_type = element(RECORD, "mep_project_type")
    school_id = element(RECORD, "school_id")
    facility_name = element(RECORD, "facility_name")
    facility_address_1 = element(RECORD, "facility_address_1")
    facility_address_2 = element(RECORD, "facility_address_2")
    facility_address_3 = element(RECORD, "facility_address_3")
    facility_city = element(RECORD, "facility_city")
    school_district_id = element(RECORD, "school_district_id")
    school_district = element(RECORD, "school_district")
    facility_state = element(RECORD, "facility_state")
    facility_zip = element(RECORD, "facility_zip")
    telephone = element(RECORD, "telephone")
    grade_level = element(RECORD, "grade_level")
    lep_indicator = element(RECORD, "lep_indicator")
    idea_indicator = element(RECORD, "idea_indicator")
    med_alert = element(RECORD, "med_alert")
    pfs_flag = element(RECORD, "pfs_flag")
    immunization_record_flag = element(RECORD, "immunization_record_flag")
    withdrawal_date = element(RECORD, "withdrawal_date")
    district_of_residence = element(RECORD, "district_of_residence")
    residency_date = element(RECORD, "residency_date")
    residency_verification_date = element(RECORD, "residency_verification_date")
    designated_graduation_school = element(RECORD, "designated_graduation_school")
    graduation_hse_indicator = element(RECORD, "graduation_hse_indicator")
    graduation_hse_date = element(RECORD, "graduation_hse_date")
    out_of_state_transcript_indicator = element(RECORD, "out_of_state_transcript_indicator")
    continuation_of_services_reason = element(RECORD, "continuation_of_services_reason")
    algebra_1_indicator = element(RECORD, "algebra_1_indicator")
    home_school_indicator = element(RECORD, "home_school_indicator")
    enrollment_comment = element(RECORD, "enrollment_comment")


class CourseHistory(Row):
    """A course taken, finished or broken off."""

    RECORD: ClassVar[str] = "course_history"

    course_title = element(RECORD, "course_title")
    subject_area = element(RECORD, "subject_area")
    course_type = element(RECORD, "course_type")
    begin_academic_year = element(RECORD, "begin_academic_year")
    end_academic_year = element(RECORD, "end_academic_year")
    course_section = element(RECORD, "course_section")
    term_type = element(RECORD, "term_type")
    clock_hours = element(RECORD, "clock_hours")
    grade_to_date = element(RECORD, "grade_to_date")
    credits_granted = element(RECORD, "credits_granted")
    final_grade = element(RECORD, "final_grade")


class Assessment(Row):
    """A test taken."""

    RECORD: ClassVar[str] = "assessments"

    assessment_title = element(RECORD, "assessment_title")
    assessment_content = element(RECORD, "assessment_content")
    assessment_type = element(RECORD, "assessment_type")
    administration_date = element(RECORD, "administration_date")
    reporting_method = element(RECORD, "reporting_method")
    score_results = element(RECORD, "score_results")
    interpretation = element(RECORD, "interpretation")


ROWS: dict[str, type[Row]] = {
    model.RECORD: model
    for model in (AlternateId, Demographics, QualifyingMove, Enrollment, CourseHistory, Assessment)
}
"""The table of each record type of `CONTENT`."""
