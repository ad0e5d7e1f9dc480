-- One row per school, calendar, school year and date of the calendar.
with

calendar_dates as (
    {{ union_of_sources('calendar_dates', {
        'school_key': 'bigint',
        'calendar_code': 'text',
        'school_year': 'integer',
        'calendar_date': 'date',
        'calendar_event_namespace': 'text',
        'calendar_event_code': 'text',
    }) }}
),

calendars as (
    {{ union_of_sources('calendars', {
        'school_key': 'bigint',
        'calendar_code': 'text',
        'school_year': 'integer',
        'calendar_type_code': 'text',
    }) }}
),

code_mappings as (
    select * from {{ ref('can_code_mappings') }}
),

calendar_events as (
    {{ codes_of_sources(ref('xwalk_calendar_event'), ['calendar_event_code']) }}
),

calendar_types as (
    {{ codes_of_sources(ref('xwalk_calendar_type'), ['calendar_type_code']) }}
),

with_effect as (
    select
        calendar_dates.school_key,
        calendar_dates.calendar_code,
        calendar_dates.school_year,
        calendar_dates.calendar_date,
        calendar_dates.calendar_event_code,
        calendar_dates.source_system,
        calendar_dates.source_instance,
        coalesce(mapped.effect, own.effect) as effect
    from calendar_dates
    left join code_mappings
        on code_mappings.source_system = calendar_dates.source_system
        and code_mappings.source_instance = calendar_dates.source_instance
        and code_mappings.descriptor_namespace = calendar_dates.calendar_event_namespace
        and code_mappings.code = calendar_dates.calendar_event_code
    left join calendar_events as mapped
        on mapped.code_source = calendar_dates.source_system
        and mapped.calendar_event_code = code_mappings.mapped_code
    left join calendar_events as own
        on own.code_source = calendar_dates.source_system
        and own.calendar_event_code = calendar_dates.calendar_event_code
    where calendar_dates.calendar_date is not null
),

per_date as (
    select
        with_effect.school_key,
        with_effect.calendar_code,
        with_effect.school_year,
        with_effect.calendar_date,
        with_effect.source_system,
        with_effect.source_instance,
        max(case when with_effect.effect = 'instructional' then 1 else 0 end) = 1
        -- a day of school that was called off is none
        and max(case when with_effect.effect = 'closed' then 1 else 0 end) = 0 as is_instructional,
        max(case when with_effect.effect is null then 1 else 0 end) = 1 as has_unmapped_event,
        min(with_effect.calendar_event_code) as first_calendar_event_code
    from with_effect
    group by
        with_effect.school_key,
        with_effect.calendar_code,
        with_effect.school_year,
        with_effect.calendar_date,
        with_effect.source_system,
        with_effect.source_instance
),

typed as (
    select
        per_date.school_key,
        per_date.calendar_code,
        {{ key_text('calendars', 'per_date.calendar_code') }} as compared_calendar_code,
        per_date.school_year,
        per_date.calendar_date,
        calendars.calendar_type_code,
        coalesce(calendar_types.is_for_all_students, true) as is_for_all_students,
        per_date.is_instructional,
        per_date.has_unmapped_event,
        per_date.first_calendar_event_code,
        per_date.source_system,
        per_date.source_instance
    from per_date
    left join calendars
        on calendars.school_key = per_date.school_key
        and {{ key_text('calendars', 'calendars.calendar_code') }}
        = {{ key_text('calendars', 'per_date.calendar_code') }}
        and calendars.school_year = per_date.school_year
        and calendars.source_system = per_date.source_system
        and calendars.source_instance = per_date.source_instance
    left join calendar_types
        on calendar_types.code_source = calendars.source_system
        and calendar_types.calendar_type_code = calendars.calendar_type_code
)

select * from typed
