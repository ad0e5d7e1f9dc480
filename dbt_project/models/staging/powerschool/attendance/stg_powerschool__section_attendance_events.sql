-- One row per exception of attendance in a class. A row whose code says present is none.
with

attendance as (
    {{ current_rows(source('powerschool', 'attendance')) }}
),

codes as (
    select * from {{ ref('stg_powerschool__attendance_codes') }}
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

renamed as (
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ json_text('payload', ['yearid']) }} as year_id,
        {{ json_text('payload', ['attendance_codeid']) }} as code_id,
        {{ json_text('payload', ['ccid']) }} as seat_id,
        {{ safe_date(json_text('payload', ['att_date'])) }} as event_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from attendance
    where {{ json_text('payload', ['att_mode_code']) }} = 'ATT_ModeMeeting'
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
        {{ surrogate_key(["'powerschool attendance'", 'renamed._record_key']) }}
            as section_attendance_event_key,
        sections.section_key,
        students.student_key,
        {{ surrogate_key(['renamed.school_id']) }} as school_key,
        students.student_id,
        renamed.school_id,
        cast(null as {{ dbt.type_string() }}) as category_namespace,
        codes.category_code,
        renamed.event_date,
        cast(null as numeric) as event_duration,
        cast(null as integer) as attendance_minutes,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    inner join students
        on students.powerschool_student_id = renamed.powerschool_student_id
    inner join seats
        on seats.seat_id = renamed.seat_id
    inner join sections
        on sections.powerschool_section_id = seats.powerschool_section_id
    left join codes
        on codes.code_id = renamed.code_id
        and codes.school_id = renamed.school_id
        and codes.year_id = renamed.year_id
    where codes.says_nothing is not true
)

select * from placed
