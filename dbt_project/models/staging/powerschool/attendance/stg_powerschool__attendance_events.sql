-- One row per exception of daily attendance. A row whose code says present is none.
with

attendance as (
    {{ current_rows(source('powerschool', 'attendance')) }}
),

codes as (
    select * from {{ ref('stg_powerschool__attendance_codes') }}
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

renamed as (
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ json_text('payload', ['yearid']) }} as year_id,
        {{ json_text('payload', ['attendance_codeid']) }} as code_id,
        {{ safe_date(json_text('payload', ['att_date'])) }} as event_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from attendance
    where {{ json_text('payload', ['att_mode_code']) }} = 'ATT_ModeDaily'
),

coded as (
    select
        renamed.powerschool_student_id,
        renamed.school_id,
        renamed.code_id,
        renamed.event_date,
        codes.category_code,
        codes.is_present_status,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    left join codes
        on codes.code_id = renamed.code_id
        and codes.school_id = renamed.school_id
        and codes.year_id = renamed.year_id
    where codes.says_nothing is not true
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
        coded._record_key,
        min(conversions.attended_share) as least_share,
        max(conversions.attended_share) as greatest_share
    from coded
    inner join stays
        on stays.powerschool_student_id = coded.powerschool_student_id
        and stays.school_id = coded.school_id
        and stays.entry_date <= coded.event_date
        and coalesce(stays.first_day_out > coded.event_date, true)
    inner join modes
        on modes.fte_id = stays.fte_id
    inner join days
        on days.school_id = coded.school_id
        and days.calendar_date = coded.event_date
    inner join schedules
        on schedules.bell_schedule_id = days.bell_schedule_id
    inner join conversions
        on conversions.conversion_id = schedules.conversion_id
        and conversions.fte_id = stays.fte_id
        and conversions.conversion_mode_code = modes.conversion_mode_code
        and conversions.code_id = coded.code_id
    group by coded._record_key
),

measured as (
    select
        {{ surrogate_key(["'powerschool attendance'", 'coded._record_key']) }}
            as attendance_event_key,
        students.student_key,
        {{ surrogate_key(['coded.school_id']) }} as school_key,
        students.student_id,
        coded.school_id,
        cast(null as {{ dbt.type_string() }}) as category_namespace,
        coded.category_code,
        coded.event_date,
        -- a conversion tells how much of the day was attended; two that differ tell nothing, and so
        -- does one of a code for who was there
        case
            when worth.least_share = worth.greatest_share
                and worth.least_share between 0 and 1
                and not coded.is_present_status
                then 1 - worth.least_share
        end as event_duration,
        cast(null as integer) as attendance_minutes,
        coded._record_key,
        coded._load_id,
        coded._loaded_at
    from coded
    inner join students
        on students.powerschool_student_id = coded.powerschool_student_id
    left join worth
        on worth._record_key = coded._record_key
)

select * from measured
