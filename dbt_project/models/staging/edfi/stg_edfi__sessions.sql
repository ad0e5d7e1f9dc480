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

numbered as (
    select
        {{ natural_key('sessions', ['school_id', 'school_year', 'session_name']) }}
            as session_key,
        {{ surrogate_key(['school_id']) }} as school_key,
        school_id,
        school_year,
        session_name,
        term_code,
        begin_date,
        end_date,
        total_instructional_days,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by
                school_id,
                school_year,
                session_name
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        session_key,
        school_key,
        school_id,
        school_year,
        session_name,
        term_code,
        begin_date,
        end_date,
        total_instructional_days,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
