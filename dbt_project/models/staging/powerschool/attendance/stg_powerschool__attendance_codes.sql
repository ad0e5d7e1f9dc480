-- One row per attendance code of a school and year: the number of a code repeats in each of them.
with

attendance_code as (
    {{ current_rows(source('powerschool', 'attendance_code')) }}
),

renamed as (
    select
        {{ json_text('payload', ['id']) }} as code_id,
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ json_text('payload', ['yearid']) }} as year_id,
        -- letters differ from district to district, descriptions say what is meant
        lower(coalesce(
            {{ json_text('payload', ['description']) }}, {{ json_text('payload', ['att_code']) }}
        )) as category_code,
        {{ json_text('payload', ['att_code']) }} is null as says_nothing,
        coalesce(lower({{ json_text('payload', ['presence_status_cd']) }}) = 'present', false)
            as is_present_status,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from attendance_code
),

newest as (
    {{ newest_version('renamed', ['code_id', 'school_id', 'year_id']) }}
)

select * from newest
