-- One row per school, calendar, school year and date of the calendar.
with

school_days as (
    select * from {{ ref('can_calendar_days') }}
),

keyed as (
    select
        {{ surrogate_key(['school_key', 'calendar_code', 'school_year', 'calendar_date']) }}
            as school_day_key,
        school_days.school_key,
        school_days.calendar_code,
        school_days.school_year,
        school_days.calendar_date,
        school_days.calendar_type_code,
        school_days.is_for_all_students,
        school_days.is_instructional,
        school_days.has_unmapped_event
    from school_days
)

select * from keyed
