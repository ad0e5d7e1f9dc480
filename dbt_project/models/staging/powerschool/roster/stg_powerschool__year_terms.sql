-- One row per school and school year: its first and last day.
with

terms as (
    {{ current_rows(source('powerschool', 'terms')) }}
),

renamed as (
    select
        {{ json_text('payload', ['schoolid']) }} as school_id,
        -- 31 is 2021-22
        cast({{ safe_numeric(json_text('payload', ['yearid'])) }} as integer) + 1991
            as school_year,
        {{ safe_date(json_text('payload', ['firstday'])) }} as first_day,
        {{ safe_date(json_text('payload', ['lastday'])) }} as last_day,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from terms
    where {{ json_text('payload', ['isyearrec']) }} = '1'
),

newest as (
    {{ newest_version('renamed', ['school_id', 'school_year']) }}
)

select * from newest
