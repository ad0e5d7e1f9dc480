-- One row per calendar, date and calendar event.
with

calendar_dates as (
    {{ current_rows(source('edfi', 'calendar_dates')) }}
),

renamed as (
    select
        {{ json_text('calendar_dates.payload', ['calendarReference', 'schoolId']) }} as school_id,
        {{ json_text('calendar_dates.payload', ['calendarReference', 'calendarCode']) }}
            as calendar_code,
        cast({{ safe_numeric(
            json_text('calendar_dates.payload', ['calendarReference', 'schoolYear'])
        ) }} as integer) as school_year,
        {{ safe_date(json_text('calendar_dates.payload', ['date'])) }} as calendar_date,
        {{ descriptor_namespace(json_text('listed.item', ['calendarEventDescriptor'])) }}
            as calendar_event_namespace,
        {{ descriptor_code(json_text('listed.item', ['calendarEventDescriptor'])) }}
            as calendar_event_code,
        calendar_dates.record_key as _record_key,
        calendar_dates.load_id as _load_id,
        calendar_dates.loaded_at as _loaded_at
    from calendar_dates
    cross join lateral {{ json_list('calendar_dates.payload', ['calendarEvents']) }} as listed
),

newest as (
    {{ newest_version('renamed', [
        'school_id', 'calendar_code', 'school_year', 'calendar_date', 'calendar_event_code',
    ], {
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
