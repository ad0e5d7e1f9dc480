{#
    canonical_inputs(): which model of staging gives a canonical entity its rows, by entity and source. A
    new source adds its models here, each with the columns that the entity's union names, and nothing
    else after staging knows of it.

        {{ canonical_inputs()['students']['edfi'] }}  -- stg_edfi__students
#}
{% macro canonical_inputs() -%}
    {{ return({
        'key_case_of_students': {
            'edfi': 'stg_edfi__key_case_students',
            'powerschool': 'stg_powerschool__key_case_students',
        },
        'key_case_of_staffs': {
            'edfi': 'stg_edfi__key_case_staff',
            'powerschool': 'stg_powerschool__key_case_staff',
        },
        'key_case_of_sessions': {'edfi': 'stg_edfi__key_case_terms'},
        'key_case_of_calendars': {'edfi': 'stg_edfi__key_case_terms'},
        'key_case_of_grading_periods': {'edfi': 'stg_edfi__key_case_terms'},
        'key_case_of_courses': {
            'edfi': 'stg_edfi__key_case_classes',
            'powerschool': 'stg_powerschool__key_case_classes',
        },
        'key_case_of_course_offerings': {
            'edfi': 'stg_edfi__key_case_classes',
            'powerschool': 'stg_powerschool__key_case_classes',
        },
        'key_case_of_sections': {
            'edfi': 'stg_edfi__key_case_classes',
            'powerschool': 'stg_powerschool__key_case_classes',
        },
        'key_case_of_discipline_incidents': {'edfi': 'stg_edfi__key_case_incidents'},
        'key_case_of_interventions': {'edfi': 'stg_edfi__key_case_interventions'},
        'key_case_of_learning_standards': {'edfi': 'stg_edfi__key_case_tests'},
        'key_case_of_assessments': {'edfi': 'stg_edfi__key_case_tests'},
        'key_case_of_objective_assessments': {'edfi': 'stg_edfi__key_case_tests'},
        'students': {
            'edfi': 'stg_edfi__students',
            'powerschool': 'stg_powerschool__students',
        },
        'schools': {
            'edfi': 'stg_edfi__schools',
            'powerschool': 'stg_powerschool__schools',
        },
        'districts': {'edfi': 'stg_edfi__local_education_agencies'},
        'staff': {
            'edfi': 'stg_edfi__staffs',
            'powerschool': 'stg_powerschool__staff',
        },
        'staff_directories': {'edfi': 'stg_edfi__staff_directories'},
        'staff_of_sections': {
            'edfi': 'stg_edfi__staff_section_associations',
            'powerschool': 'stg_powerschool__staff_of_sections',
        },
        'staff_of_schools': {
            'edfi': 'stg_edfi__staff_school_associations',
            'powerschool': 'stg_powerschool__staff_of_schools',
        },
        'staff_positions': {
            'edfi': 'stg_edfi__staff_positions',
            'powerschool': 'stg_powerschool__staff_positions',
        },
        'enrollments': {
            'edfi': 'stg_edfi__student_school_associations',
            'powerschool': 'stg_powerschool__enrollments',
        },
        'calendars': {
            'edfi': 'stg_edfi__calendars',
            'powerschool': 'stg_powerschool__calendars',
        },
        'calendar_dates': {
            'edfi': 'stg_edfi__calendar_dates',
            'powerschool': 'stg_powerschool__calendar_dates',
        },
        'sessions': {'edfi': 'stg_edfi__sessions', 'powerschool': 'stg_powerschool__sessions'},
        'grading_periods': {
            'edfi': 'stg_edfi__grading_periods',
            'powerschool': 'stg_powerschool__grading_periods',
        },
        'attendance_events': {
            'edfi': 'stg_edfi__student_school_attendance_events',
            'powerschool': 'stg_powerschool__attendance_events',
        },
        'section_attendance_events': {
            'edfi': 'stg_edfi__student_section_attendance_events',
            'powerschool': 'stg_powerschool__section_attendance_events',
        },
        'courses': {'edfi': 'stg_edfi__courses', 'powerschool': 'stg_powerschool__courses'},
        'section_enrollments': {
            'edfi': 'stg_edfi__student_section_associations',
            'powerschool': 'stg_powerschool__section_enrollments',
        },
        'student_demographics': {
            'edfi': 'stg_edfi__student_demographics',
            'powerschool': 'stg_powerschool__student_demographics',
        },
        'older_student_demographics': {'edfi': 'stg_edfi__student_education_organization_associations'},
        'student_identifiers': {
            'edfi': 'stg_edfi__student_identification_codes',
            'powerschool': 'stg_powerschool__student_identifiers',
        },
        'older_student_identifiers': {'edfi': 'stg_edfi__student_listed_identification_codes'},
        'course_offerings': {
            'edfi': 'stg_edfi__course_offerings',
            'powerschool': 'stg_powerschool__course_offerings',
        },
        'sections': {'edfi': 'stg_edfi__sections', 'powerschool': 'stg_powerschool__sections'},
        'course_levels': {'edfi': 'stg_edfi__course_levels'},
        'course_offering_levels': {'edfi': 'stg_edfi__course_offering_levels'},
        'section_levels': {'edfi': 'stg_edfi__section_levels'},
        'marks': {'edfi': 'stg_edfi__grades', 'powerschool': 'stg_powerschool__grades'},
        'course_transcripts': {
            'edfi': 'stg_edfi__course_transcripts',
            'powerschool': 'stg_powerschool__course_transcripts',
        },
        'reported_gpas': {'edfi': 'stg_edfi__student_academic_record_averages'},
        'academic_records': {'edfi': 'stg_edfi__student_academic_records'},
        'interventions': {'edfi': 'stg_edfi__interventions'},
        'student_interventions': {'edfi': 'stg_edfi__student_intervention_associations'},
        'discipline_action_disciplines': {
            'edfi': 'stg_edfi__discipline_action_disciplines',
            'powerschool': 'stg_powerschool__discipline_actions',
        },
        'discipline_actions': {
            'edfi': 'stg_edfi__discipline_actions',
            'powerschool': 'stg_powerschool__discipline_actions',
        },
        'discipline_incidents': {
            'edfi': 'stg_edfi__discipline_incidents',
            'powerschool': 'stg_powerschool__discipline_incidents',
        },
        'student_incident_behaviors': {
            'edfi': 'stg_edfi__student_incident_behaviors',
            'powerschool': 'stg_powerschool__student_incident_behaviors',
        },
        'student_incident_non_offenders': {
            'edfi': 'stg_edfi__student_incident_non_offenders',
            'powerschool': 'stg_powerschool__student_incident_roles',
        },
        'older_student_incidents': {'edfi': 'stg_edfi__student_incidents'},
        'special_education_participations': {'edfi': 'stg_edfi__special_education_participations'},
        'food_service_participations': {'edfi': 'stg_edfi__food_service_participations'},
        'language_instruction_participations': {'edfi': 'stg_edfi__language_instruction_participations'},
        'homeless_participations': {'edfi': 'stg_edfi__homeless_participations'},
        'migrant_education_participations': {'edfi': 'stg_edfi__migrant_education_participations'},
        'neglected_or_delinquent_participations': {'edfi': 'stg_edfi__neglected_or_delinquent_participations'},
        'cte_participations': {'edfi': 'stg_edfi__cte_participations'},
        'title_i_participations': {'edfi': 'stg_edfi__title_i_participations'},
        'section_504_participations': {'edfi': 'stg_edfi__section_504_participations'},
        'program_participations': {
            'edfi': 'stg_edfi__program_participations',
            'powerschool': 'stg_powerschool__program_participations',
        },
        'learning_standards': {'edfi': 'stg_edfi__learning_standards'},
        'code_mappings': {'edfi': 'stg_edfi__descriptor_mappings'},
        'assessment_results': {
            'edfi': 'stg_edfi__assessment_results_canonical',
            'star': 'stg_star__results_canonical',
            'map_growth': 'stg_map_growth__results_canonical',
            'iready': 'stg_iready__results_canonical',
            'layouts': 'stg_layouts__results_canonical',
        },
        'assessment_student_ids': {
            'edfi': 'stg_edfi__student_ids',
            'star': 'stg_star__student_ids',
            'map_growth': 'stg_map_growth__student_ids',
            'iready': 'stg_iready__student_ids',
            'layouts': 'stg_layouts__student_ids',
        },
        'assessment_scores': {
            'edfi': 'stg_edfi__scores',
            'star': 'stg_star__scores',
            'map_growth': 'stg_map_growth__scores',
            'iready': 'stg_iready__scores',
            'layouts': 'stg_layouts__scores',
        },
        'assessment_growth': {
            'edfi': 'stg_edfi__growth',
            'star': 'stg_star__growth',
            'map_growth': 'stg_map_growth__growth',
            'layouts': 'stg_layouts__growth',
        },
        'assessment_objective_results': {
            'edfi': 'stg_edfi__assessment_objective_results',
            'star': 'stg_star__objective_results',
            'map_growth': 'stg_map_growth__objective_results',
            'iready': 'stg_iready__objective_results',
            'layouts': 'stg_layouts__objective_results',
        },
        'assessment_detail_rows': {'star': 'stg_star__detail_rows'},
        'assessment_objective_standards': {'edfi': 'stg_edfi__objective_assessment_standards'},
        'assessment_codes': {'layouts': 'stg_layouts__codes'},
        'assessment_circumstances': {'edfi': 'stg_edfi__student_assessments'},
    }) }}
{%- endmacro %}
