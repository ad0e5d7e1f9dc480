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

newest as (
    {{ newest_version('renamed', [
        'student_id', 'school_id', 'school_year', 'session_name', 'local_course_code',
        'section_identifier', 'coalesce(cast(event_date as text), _record_key)', 'category_code',
        'category_namespace',
    ], {
        'section_attendance_event_key': surrogate_key([
            'student_id', 'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier', 'coalesce(cast(event_date as text), _record_key)',
            'category_code', 'category_namespace',
        ]),
        'section_key': natural_key('sections', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier',
        ]),
        'student_key': natural_key('students', ['student_id']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
