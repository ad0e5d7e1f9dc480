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

numbered as (
    select
        {{ natural_key('sessions', ['school_id', 'school_year', 'session_name']) }}
            as session_key,
        {{ natural_key('students', ['student_id']) }} as student_key,
        {{ natural_key('sections', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier',
        ]) }} as section_key,
        {{ surrogate_key(['school_id']) }} as school_key,
        student_id,
        school_id,
        school_year,
        session_name,
        local_course_code,
        section_identifier,
        is_homeroom,
        begin_date,
        end_date,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by
                student_id,
                school_id,
                school_year,
                session_name,
                local_course_code,
                section_identifier,
                begin_date
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        session_key,
        student_key,
        section_key,
        school_key,
        student_id,
        school_id,
        school_year,
        session_name,
        local_course_code,
        section_identifier,
        is_homeroom,
        begin_date,
        end_date,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
