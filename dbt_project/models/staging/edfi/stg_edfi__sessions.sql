-- One row per session (term) of a school and school year.
with

sessions as (
    {{ current_rows(source('edfi', 'sessions')) }}
),

renamed as (
    select
        {{ json_text('payload', ['schoolReference', 'schoolId']) }} as school_id,
        cast({{ safe_numeric(
            json_text('payload', ['schoolYearTypeReference', 'schoolYear'])
        ) }} as integer) as school_year,
        {{ json_text('payload', ['sessionName']) }} as session_name,
        {{ descriptor_code(json_text('payload', ['termDescriptor'])) }} as term_code,
        {{ safe_date(json_text('payload', ['beginDate'])) }} as begin_date,
        {{ safe_date(json_text('payload', ['endDate'])) }} as end_date,
        cast({{ safe_numeric(json_text('payload', ['totalInstructionalDays'])) }} as integer)
            as total_instructional_days,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from sessions
),

newest as (
    {{ newest_version('renamed', ['school_id', 'school_year', 'session_name'], {
        'session_key': natural_key('sessions', ['school_id', 'school_year', 'session_name']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
