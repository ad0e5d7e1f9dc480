-- One row per event of class attendance: student, section, date and category.
with

student_section_attendance_events as (
    {{ current_rows(source('edfi', 'student_section_attendance_events')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['sectionReference', 'schoolId']) }} as school_id,
        cast({{ safe_numeric(
            json_text('payload', ['sectionReference', 'schoolYear'])
        ) }} as integer) as school_year,
        {{ json_text('payload', ['sectionReference', 'sessionName']) }} as session_name,
        {{ json_text('payload', ['sectionReference', 'localCourseCode']) }} as local_course_code,
        {{ json_text('payload', ['sectionReference', 'sectionIdentifier']) }} as section_identifier,
        {{ descriptor_namespace(json_text('payload', ['attendanceEventCategoryDescriptor'])) }}
            as category_namespace,
        {{ descriptor_code(json_text('payload', ['attendanceEventCategoryDescriptor'])) }}
            as category_code,
        {{ safe_date(json_text('payload', ['eventDate'])) }} as event_date,
        {{ safe_numeric(json_text('payload', ['eventDuration'])) }} as event_duration,
        cast({{ safe_numeric(json_text('payload', ['sectionAttendanceDuration'])) }} as integer)
            as attendance_minutes,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_section_attendance_events
),

numbered as (
    select
        {{ surrogate_key(
            [
                'student_id', 'school_id', 'school_year', 'session_name', 'local_course_code',
                'section_identifier', 'coalesce(cast(event_date as text), _record_key)',
                'category_code', 'category_namespace'
            ]
        ) }} as section_attendance_event_key,
        {{ natural_key('sections', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier',
        ]) }} as section_key,
        {{ natural_key('students', ['student_id']) }} as student_key,
        {{ surrogate_key(['school_id']) }} as school_key,
        student_id,
        school_id,
        school_year,
        session_name,
        local_course_code,
        section_identifier,
        category_namespace,
        category_code,
        event_date,
        event_duration,
        attendance_minutes,
        _record_key,
        _load_id,
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
                coalesce(cast(event_date as text), _record_key),
                category_code,
                category_namespace
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        section_attendance_event_key,
        section_key,
        student_key,
        school_key,
        student_id,
        school_id,
        school_year,
        session_name,
        local_course_code,
        section_identifier,
        category_namespace,
        category_code,
        event_date,
        event_duration,
        attendance_minutes,
        _record_key,
        _load_id,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
