-- One row per source, crosswalk and code that a student system sends and no crosswalk row knows.
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
    {'entity': 'assessment_circumstances', 'column': 'event_circumstance_code',
     'crosswalk': 'xwalk_assessment_circumstances', 'key': 'circumstance_code'},
] %}
{%- set asked = [] %}
{%- for check in checks %}
    {%- for source in staging_of(check.entity) %}
        {%- do asked.append([source, check]) %}
    {%- endfor %}
{%- endfor %}
with

found as (
    {%- for source, check in asked %}
        {{ unmapped_codes(source, **check) }}
        {{ 'union all' if not loop.last }}
    {%- else %}
        select
            cast(null as {{ dbt.type_string() }}) as source,
            cast(null as {{ dbt.type_string() }}) as crosswalk,
            cast(null as {{ dbt.type_string() }}) as key_column,
            cast(null as {{ dbt.type_string() }}) as code,
            0 as record_count
        where false
    {%- endfor %}
),

counted as (
    select
        found.source,
        found.crosswalk,
        found.key_column,
        found.code,
        cast(sum(found.record_count) as bigint) as record_count,
        found.source as source_system,
        '' as source_instance
    from found
    group by found.source, found.crosswalk, found.key_column, found.code
)

select * from counted
