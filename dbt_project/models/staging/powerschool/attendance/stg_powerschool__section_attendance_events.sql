-- One row per exception of attendance in a class. A row whose code says present is none.
with

coded_attendance as (
    select * from {{ ref('stg_powerschool__coded_attendance') }}
),

cc as (
    {{ current_rows(source('powerschool', 'cc')) }}
),

sections as (
    select * from {{ ref('stg_powerschool__sections') }}
),

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

seats as (
    select
        {{ json_text('payload', ['id']) }} as seat_id,
        -- negative: the student dropped the section
        ltrim({{ json_text('payload', ['sectionid']) }}, '-') as powerschool_section_id
    from cc
),

placed as (
    select
        coded_attendance.event_key as section_attendance_event_key,
        sections.section_key,
        students.student_key,
        {{ surrogate_key(['coded_attendance.school_id']) }} as school_key,
        students.student_id,
        coded_attendance.school_id,
        cast(null as {{ dbt.type_string() }}) as category_namespace,
        coded_attendance.category_code,
        coded_attendance.event_date,
        cast(null as numeric) as event_duration,
        cast(null as integer) as attendance_minutes,
        coded_attendance._record_key,
        coded_attendance._load_id,
        coded_attendance._loaded_at
    from coded_attendance
    inner join students
        on students.powerschool_student_id = coded_attendance.powerschool_student_id
    inner join seats
        on seats.seat_id = coded_attendance.seat_id
    inner join sections
        on sections.powerschool_section_id = seats.powerschool_section_id
    where coded_attendance.mode_code = 'ATT_ModeMeeting'
)

select * from placed
