-- One row per student, section and begin date.
with

student_section_associations as (
    {{ current_rows(source('edfi', 'student_section_associations')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['sectionReference', 'schoolId']) }} as school_id,
        cast(
            {{ safe_numeric(json_text('payload', ['sectionReference', 'schoolYear'])) }}
            as integer
        ) as school_year,
        {{ json_text('payload', ['sectionReference', 'sessionName']) }} as session_name,
        {{ json_text('payload', ['sectionReference', 'localCourseCode']) }} as local_course_code,
        {{ json_text('payload', ['sectionReference', 'sectionIdentifier']) }} as section_identifier,
        lower({{ json_text('payload', ['homeroomIndicator']) }}) = 'true' as is_homeroom,
        {{ safe_date(json_text('payload', ['beginDate'])) }} as begin_date,
        {{ safe_date(json_text('payload', ['endDate'])) }} as end_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_section_associations
),

newest as (
    {{ newest_version('renamed', [
        'student_id', 'school_id', 'school_year', 'session_name', 'local_course_code',
        'section_identifier', 'begin_date',
    ], {
        'session_key': natural_key('sessions', ['school_id', 'school_year', 'session_name']),
        'student_key': natural_key('students', ['student_id']),
        'section_key': natural_key('sections', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier',
        ]),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
