-- One row per source, crosswalk and code of the source that the crosswalk does not know.
{%- set checks = [
    {'entity': 'attendance_events', 'column': 'category_code',
     'crosswalk': 'xwalk_attendance_category', 'namespace': 'category_namespace'},
    {'entity': 'section_attendance_events', 'column': 'category_code',
     'crosswalk': 'xwalk_attendance_category', 'namespace': 'category_namespace'},
    {'entity': 'calendar_dates', 'column': 'calendar_event_code',
     'crosswalk': 'xwalk_calendar_event', 'namespace': 'calendar_event_namespace'},
    {'entity': 'calendars', 'column': 'calendar_type_code',
     'crosswalk': 'xwalk_calendar_type', 'namespace': 'calendar_type_namespace'},
    {'entity': 'enrollments', 'column': 'grade_level_code',
     'crosswalk': 'xwalk_grade_level', 'namespace': 'grade_level_namespace'},
    {'entity': 'marks', 'column': 'grade_type_code',
     'crosswalk': 'xwalk_grade_types', 'namespace': 'grade_type_namespace'},
    {'entity': 'marks', 'column': 'letter_grade',
     'crosswalk': 'xwalk_letter_marks', 'also': 'xwalk_excluded_marks', 'by_source': false},
    {'entity': 'courses', 'column': 'academic_subject_code',
     'crosswalk': 'xwalk_academic_subjects'},
    {'entity': 'learning_standards', 'column': 'academic_subject_code',
     'crosswalk': 'xwalk_academic_subjects'},
    {'entity': 'course_levels', 'column': 'level_code',
     'crosswalk': 'xwalk_course_levels'},
    {'entity': 'course_offering_levels', 'column': 'level_code',
     'crosswalk': 'xwalk_course_levels'},
    {'entity': 'section_levels', 'column': 'level_code',
     'crosswalk': 'xwalk_course_levels'},
    {'entity': 'discipline_action_disciplines', 'column': 'discipline_code',
     'crosswalk': 'xwalk_disciplines', 'namespace': 'discipline_namespace'},
    {'entity': 'student_incident_behaviors', 'column': 'participation_code',
     'crosswalk': 'xwalk_participation_codes', 'namespace': 'participation_namespace'},
    {'entity': 'older_student_incidents', 'column': 'participation_code',
     'crosswalk': 'xwalk_participation_codes', 'namespace': 'participation_namespace'},
    {'entity': 'student_incident_non_offenders', 'column': 'participation_code',
     'crosswalk': 'xwalk_participation_codes', 'namespace': 'participation_namespace'},
    {'entity': 'program_participations', 'column': 'program_type_code',
     'crosswalk': 'xwalk_program_types'},
    {'entity': 'staff_positions', 'column': 'classification_code',
     'crosswalk': 'xwalk_staff_roles', 'key': 'role_code'},
    {'entity': 'staff_of_sections', 'column': 'position_code',
     'crosswalk': 'xwalk_staff_roles', 'key': 'role_code'},
] %}
{%- set assessment_codes = {
    'subject': ('xwalk_assessment_subjects', 'subject_code'),
    'score_method': ('xwalk_assessment_score_methods', 'method_code'),
    'performance_level': ('xwalk_assessment_levels', 'level_code'),
    'event_circumstance': ('xwalk_assessment_circumstances', 'circumstance_code'),
} %}
with

assessment_codes as (
    select * from {{ ref('int_assessment__unmapped_codes') }}
),

found as (
    {%- for check in checks %}
    {%- for source in staging_of(check.entity) %}
        {{ unmapped_codes(source, **check) }}
        union all
    {%- endfor %}
    {%- endfor %}
    {%- for kind, place in assessment_codes.items() %}
        select
            assessment_codes.source,
            '{{ place[0] }}' as crosswalk,
            '{{ place[1] }}' as key_column,
            assessment_codes.code,
            assessment_codes.result_count as record_count
        from assessment_codes
        where assessment_codes.code_kind = '{{ kind }}'
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        found.source,
        found.crosswalk,
        found.key_column,
        found.code,
        cast(sum(found.record_count) as bigint) as record_count
    from found
    group by found.source, found.crosswalk, found.key_column, found.code
)

select * from counted
