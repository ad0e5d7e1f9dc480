-- One row per event of daily attendance: student, school, session, date and category.
with

student_school_attendance_events as (
    {{ current_rows(source('edfi', 'student_school_attendance_events')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['schoolReference', 'schoolId']) }} as school_id,
        cast({{ safe_numeric(
            json_text('payload', ['sessionReference', 'schoolYear'])
        ) }} as integer) as school_year,
        {{ json_text('payload', ['sessionReference', 'sessionName']) }} as session_name,
        {{ descriptor_namespace(json_text('payload', ['attendanceEventCategoryDescriptor'])) }}
            as category_namespace,
        {{ descriptor_code(json_text('payload', ['attendanceEventCategoryDescriptor'])) }}
            as category_code,
        {{ safe_date(json_text('payload', ['eventDate'])) }} as event_date,
        {{ safe_numeric(json_text('payload', ['eventDuration'])) }} as event_duration,
        cast({{ safe_numeric(json_text('payload', ['schoolAttendanceDuration'])) }} as integer)
            as attendance_minutes,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_school_attendance_events
),

numbered as (
    select
        {{ surrogate_key(
            [
                'student_id', 'school_id', 'school_year', 'session_name',
                'coalesce(cast(event_date as text), _record_key)', 'category_code',
                'category_namespace'
            ]
        ) }} as attendance_event_key,
        {{ natural_key('students', ['student_id']) }} as student_key,
        {{ surrogate_key(['school_id']) }} as school_key,
        student_id,
        school_id,
        school_year,
        session_name,
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
                coalesce(cast(event_date as text), _record_key),
                category_code,
                category_namespace
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        attendance_event_key,
        student_key,
        school_key,
        student_id,
        school_id,
        school_year,
        session_name,
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
