-- One row per school, calendar choice, school year and instructional day. A choice is the code of
-- a calendar (for enrolments that name one; in capitals, for codes are compared without case), or
-- '*': the union of the calendars that hold for all students of the school, each date once.
with

school_days as (
    select * from {{ ref('can_calendar_days') }}
    where is_instructional
),

named_calendars as (
    select
        school_days.school_key,
        school_days.compared_calendar_code as calendar_choice,
        school_days.school_year,
        school_days.calendar_date
    from school_days
),

union_of_calendars as (
    select
        school_days.school_key,
        '*' as calendar_choice,
        -- a date that two years' calendars share belongs to the later year
        max(school_days.school_year) as school_year,
        school_days.calendar_date
    from school_days
    where school_days.is_for_all_students
    group by school_days.school_key, school_days.calendar_date
),

attendance_days as (
    select * from named_calendars
    union all
    select * from union_of_calendars
),

numbered as (
    select
        attendance_days.school_key,
        attendance_days.calendar_choice,
        attendance_days.school_year,
        attendance_days.calendar_date,
        row_number() over (
            partition by
                attendance_days.school_key,
                attendance_days.calendar_choice,
                attendance_days.school_year
            order by attendance_days.calendar_date
        ) as day_number
    from attendance_days
)

select * from numbered
