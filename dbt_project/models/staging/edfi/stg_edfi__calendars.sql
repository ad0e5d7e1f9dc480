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

newest as (
    {{ newest_version('renamed', ['school_id', 'calendar_code', 'school_year'], {
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
