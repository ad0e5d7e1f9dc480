-- One row per exception of daily attendance. A row whose code says present is none.
with

coded_attendance as (
    select * from {{ ref('stg_powerschool__coded_attendance') }}
),

calendar_day as (
    {{ current_rows(source('powerschool', 'calendar_day')) }}
),

bell_schedule as (
    {{ current_rows(source('powerschool', 'bell_schedule')) }}
),

attendance_conversion_items as (
    {{ current_rows(source('powerschool', 'attendance_conversion_items')) }}
),

fte as (
    {{ current_rows(source('powerschool', 'fte')) }}
),

reenrollments as (
    {{ current_rows(source('powerschool', 'reenrollments')) }}
),

current_enrollments as (
    {{ current_rows(source('powerschool', 'students')) }}
),

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

daily as (
    select
        coded_attendance.event_key,
        coded_attendance.powerschool_student_id,
        coded_attendance.school_id,
        coded_attendance.code_id,
        coded_attendance.event_date,
        coded_attendance.category_code,
        coded_attendance.is_present_status,
        coded_attendance._record_key,
        coded_attendance._load_id,
        coded_attendance._loaded_at
    from coded_attendance
    where coded_attendance.mode_code = 'ATT_ModeDaily'
),

-- EXITDATE is the first day out
stays as (
    select
        {{ json_text('payload', ['id']) }} as powerschool_student_id,
        {{ json_text('payload', ['enrollment_schoolid']) }} as school_id,
        {{ json_text('payload', ['fteid']) }} as fte_id,
        {{ safe_date(json_text('payload', ['entrydate'])) }} as entry_date,
        {{ safe_date(json_text('payload', ['exitdate'])) }} as first_day_out
    from current_enrollments
    union all
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ json_text('payload', ['fteid']) }} as fte_id,
        {{ safe_date(json_text('payload', ['entrydate'])) }} as entry_date,
        {{ safe_date(json_text('payload', ['exitdate'])) }} as first_day_out
    from reenrollments
),

modes as (
    select
        {{ json_text('payload', ['id']) }} as fte_id,
        {{ json_text('payload', ['dflt_conversion_mode_code']) }} as conversion_mode_code
    from fte
),

days as (
    select
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ safe_date(json_text('payload', ['date_value'])) }} as calendar_date,
        {{ json_text('payload', ['bell_schedule_id']) }} as bell_schedule_id
    from calendar_day
),

schedules as (
    select
        {{ json_text('payload', ['id']) }} as bell_schedule_id,
        {{ json_text('payload', ['attendance_conversion_id']) }} as conversion_id
    from bell_schedule
),

conversions as (
    select
        {{ json_text('payload', ['attendance_conversion_id']) }} as conversion_id,
        {{ json_text('payload', ['fteid']) }} as fte_id,
        {{ json_text('payload', ['conversion_mode_code']) }} as conversion_mode_code,
        {{ json_text('payload', ['input_value']) }} as code_id,
        {{ safe_numeric(json_text('payload', ['attendance_value'])) }} as attended_share
    from attendance_conversion_items
),

-- what a code is worth on that day, by the bell schedule of the day and the student's FTE
worth as (
    select
        daily._record_key,
        min(conversions.attended_share) as least_share,
        max(conversions.attended_share) as greatest_share
    from daily
    inner join stays
        on stays.powerschool_student_id = daily.powerschool_student_id
        and stays.school_id = daily.school_id
        and stays.entry_date <= daily.event_date
        and coalesce(stays.first_day_out > daily.event_date, true)
    inner join modes
        on modes.fte_id = stays.fte_id
    inner join days
        on days.school_id = daily.school_id
        and days.calendar_date = daily.event_date
    inner join schedules
        on schedules.bell_schedule_id = days.bell_schedule_id
    inner join conversions
        on conversions.conversion_id = schedules.conversion_id
        and conversions.fte_id = stays.fte_id
        and conversions.conversion_mode_code = modes.conversion_mode_code
        and conversions.code_id = daily.code_id
    group by daily._record_key
),

measured as (
    select
        daily.event_key as attendance_event_key,
        students.student_key,
        {{ surrogate_key(['daily.school_id']) }} as school_key,
        students.student_id,
        daily.school_id,
        cast(null as {{ dbt.type_string() }}) as category_namespace,
        daily.category_code,
        daily.event_date,
        -- a conversion tells how much of the day was attended; two that differ tell nothing, and so
        -- does one of a code for who was there
        case
            when worth.least_share = worth.greatest_share
                and worth.least_share between 0 and 1
                and not daily.is_present_status
                then 1 - worth.least_share
        end as event_duration,
        cast(null as integer) as attendance_minutes,
        daily._record_key,
        daily._load_id,
        daily._loaded_at
    from daily
    inner join students
        on students.powerschool_student_id = daily.powerschool_student_id
    left join worth
        on worth._record_key = daily._record_key
)

select * from measured
