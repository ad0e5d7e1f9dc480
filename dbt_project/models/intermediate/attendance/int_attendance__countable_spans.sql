-- One row per student and span of the as-of date's school year in which one school decides, with
-- the calendar that holds and the last day that counts so far.
with

primary_spans as (
    select * from {{ ref('int_enrollment__primary_spans') }}
),

attendance_days as (
    select * from {{ ref('int_calendar__attendance_days') }}
),

submitted_days as (
    select * from {{ ref('int_attendance__submitted_days') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

begun as (
    select
        primary_spans.student_key,
        primary_spans.school_key,
        primary_spans.grade_band,
        primary_spans.first_date,
        primary_spans.last_date,
        {{ school_year_of(as_of_date()) }} as school_year,
        case
            when primary_spans.calendar_code is not null
                and primary_spans.calendar_school_year = {{ school_year_of(as_of_date()) }}
                then primary_spans.calendar_code
            else '*'
        end as calendar_choice
    from primary_spans
    where primary_spans.first_date <= {{ as_of_date() }}
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

of_this_year as (
    select
        begun.student_key,
        begun.school_key,
        begun.grade_band,
        begun.school_year,
        begun.calendar_choice,
        known_calendars.school_key is not null as has_calendar,
        -- class attendance says something about the day only where the policy lets it
        case
            when submitted_days.takes_daily_attendance or policy.section_absence_counts_as_day
                then submitted_days.last_submitted_date
        end as last_submitted_date,
        begun.last_date,
        -- one first date for all who were there from the start keeps the count of
        -- different spans low
        greatest(begun.first_date, coalesce(known_calendars.first_calendar_date, begun.first_date))
            as first_date
    from begun
    left join known_calendars
        on known_calendars.school_key = begun.school_key
        and known_calendars.calendar_choice = begun.calendar_choice
        and known_calendars.school_year = begun.school_year
    left join submitted_days
        on submitted_days.school_key = begun.school_key
    left join policy
        on policy.grade_band = coalesce(begun.grade_band, '*')
    where
        -- with a calendar its dates say what the year is, without one the month does
        case
            when known_calendars.school_key is not null
                then coalesce(begun.last_date >= known_calendars.first_calendar_date, true)
                    and begun.first_date <= known_calendars.last_calendar_date
            else coalesce({{ school_year_of('begun.last_date') }} >= begun.school_year, true)
        end
),

cut as (
    select
        of_this_year.student_key,
        of_this_year.school_key,
        of_this_year.grade_band,
        of_this_year.school_year,
        of_this_year.calendar_choice,
        of_this_year.has_calendar,
        of_this_year.last_submitted_date,
        of_this_year.first_date,
        -- the last submitted date lies on or before the as-of date; null when none is submitted
        case
            when of_this_year.last_date < of_this_year.last_submitted_date
                then of_this_year.last_date
            else of_this_year.last_submitted_date
        end as counted_to_date
    from of_this_year
)

select * from cut
