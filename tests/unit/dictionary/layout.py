"""The columns of every file, written out: a column that comes, goes or moves is a change of the layout."""

LAYOUT = {
    "header": (
        "submitting_state submission_date beginning_effective_date ending_effective_date total_students total_records "
        "dictionary_version submission_kind part_number total_parts"
    ),
    "students": "student_record_id msix_id reporting_state state_student_id state_student_id_type action_code",
    "alternate_ids": "student_record_id record_id alternate_student_id alternate_student_id_type",
    "demographics": (
        "student_record_id record_id first_name middle_name last_name_1 last_name_2 suffix sex birth_date "
        "multiple_birth_flag birth_city birth_state birth_country birth_date_verification male_parent_first_name "
        "male_parent_last_name female_parent_first_name female_parent_last_name parent_1_email parent_2_email "
        "parent_1_phone parent_2_phone"
    ),
    "qualifying_moves": (
        "student_record_id record_id qualifying_arrival_date from_city from_state from_country to_city to_state "
        "eligibility_expiration_date"
    ),
    "enrollments": (
        "student_record_id record_id enrollment_date enrollment_type school_or_project_name mep_project_type "
        "school_id facility_name facility_address_1 facility_address_2 facility_address_3 facility_city "
        "school_district_id school_district facility_state facility_zip telephone grade_level lep_indicator "
        "idea_indicator med_alert pfs_flag immunization_record_flag withdrawal_date district_of_residence "
        "residency_date residency_verification_date designated_graduation_school graduation_hse_indicator "
        "graduation_hse_date out_of_state_transcript_indicator continuation_of_services_reason algebra_1_indicator "
        "enrollment_comment"
    ),
    "course_history": (
        "student_record_id record_id course_title subject_area course_type begin_academic_year end_academic_year "
        "course_section term_type clock_hours grade_to_date credits_granted final_grade"
    ),
    "assessments": (
        "student_record_id record_id assessment_title assessment_content assessment_type administration_date "
        "reporting_method score_results interpretation"
    ),
}
