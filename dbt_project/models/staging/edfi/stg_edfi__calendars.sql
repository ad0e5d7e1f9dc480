-- One row per calendar of a school and school year.
with

calendars as (
    {{ current_rows(source('edfi', 'calendars')) }}
),

renamed as (
    select
        {{ json_text('payload', ['schoolReference', 'schoolId']) }} as school_id,
        {{ json_text('payload', ['calendarCode']) }} as calendar_code,
        cast({{ safe_numeric(
            json_text('payload', ['schoolYearTypeReference', 'schoolYear'])
        ) }} as integer) as school_year,
        {{ descriptor_namespace(json_text('payload', ['calendarTypeDescriptor'])) }}
            as calendar_type_namespace,
        {{ descriptor_code(json_text('payload', ['calendarTypeDescriptor'])) }}
            as calendar_type_code,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from calendars
),

numbered as (
    select
        {{ surrogate_key(['school_id']) }} as school_key,
        school_id,
        calendar_code,
        school_year,
        calendar_type_namespace,
        calendar_type_code,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by
                school_id,
                calendar_code,
                school_year
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        school_key,
        school_id,
        calendar_code,
        school_year,
        calendar_type_namespace,
        calendar_type_code,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
