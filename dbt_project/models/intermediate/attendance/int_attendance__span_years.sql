-- One row per student, span in which one school decides, and school year that it touches: the
-- calendar that holds. An enrolled day is a day of that calendar from first_date to last_date.
with

primary_spans as (
    select * from {{ ref('int_enrollment__primary_spans') }}
),

attendance_days as (
    select * from {{ ref('int_calendar__attendance_days') }}
),

years as (
    select distinct attendance_days.school_year
    from attendance_days
    union
    select {{ school_year_of(as_of_date()) }} as school_year
),

touched as (
    select
        primary_spans.student_key,
        primary_spans.school_key,
        primary_spans.grade_band,
        primary_spans.first_date as entry_date,
        primary_spans.last_date,
        years.school_year,
        case
            when primary_spans.compared_calendar_code is not null
                and primary_spans.calendar_school_year = years.school_year
                then primary_spans.compared_calendar_code
            else '*'
        end as calendar_choice
    from primary_spans
    inner join years
        on years.school_year >= {{ school_year_of('primary_spans.first_date') }}
),

known_calendars as (
    select
        attendance_days.school_key,
        attendance_days.calendar_choice,
        attendance_days.school_year,
        min(attendance_days.calendar_date) as first_calendar_date,
        max(attendance_days.calendar_date) as last_calendar_date
    from attendance_days
    group by
        attendance_days.school_key, attendance_days.calendar_choice, attendance_days.school_year
),

of_the_year as (
    select
        touched.student_key,
        touched.school_key,
        touched.grade_band,
        touched.school_year,
        touched.calendar_choice,
        known_calendars.school_key is not null as has_calendar,
        touched.entry_date,
        -- one first date for all who were there from the start keeps the count of
        -- different spans low
        greatest(
            touched.entry_date, coalesce(known_calendars.first_calendar_date, touched.entry_date)
        ) as first_date,
        touched.last_date
    from touched
    left join known_calendars
        on known_calendars.school_key = touched.school_key
        and known_calendars.calendar_choice = touched.calendar_choice
        and known_calendars.school_year = touched.school_year
    where
        -- with a calendar its dates say what the year is, without one the month does
        case
            when known_calendars.school_key is not null
                then coalesce(touched.last_date >= known_calendars.first_calendar_date, true)
                    and touched.entry_date <= known_calendars.last_calendar_date
            else coalesce({{ school_year_of('touched.last_date') }} >= touched.school_year, true)
        end
)

select * from of_the_year
