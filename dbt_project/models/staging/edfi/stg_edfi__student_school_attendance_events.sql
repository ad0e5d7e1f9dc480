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

newest as (
    {{ newest_version('renamed', [
        'student_id', 'school_id', 'school_year', 'session_name',
        'coalesce(cast(event_date as text), _record_key)', 'category_code', 'category_namespace',
    ], {
        'attendance_event_key': surrogate_key([
            'student_id', 'school_id', 'school_year', 'session_name',
            'coalesce(cast(event_date as text), _record_key)', 'category_code',
            'category_namespace',
        ]),
        'student_key': natural_key('students', ['student_id']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
