-- One row per record of attendance, of a day or a class, with what its code means. A record whose
-- code says that the student was there has none.
with

attendance as (
    {{ current_rows(source('powerschool', 'attendance')) }}
),

codes as (
    select * from {{ ref('stg_powerschool__attendance_codes') }}
),

renamed as (
    select
        {{ json_text('payload', ['att_mode_code']) }} as mode_code,
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
),

coded as (
    select
        {{ surrogate_key(["'powerschool attendance'", 'renamed._record_key']) }} as event_key,
        renamed.mode_code,
        renamed.powerschool_student_id,
        renamed.school_id,
        renamed.code_id,
        renamed.seat_id,
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
)

select * from coded
