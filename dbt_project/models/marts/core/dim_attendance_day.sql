-- One row per school, calendar choice, school year and day on which school is held. A choice is the
-- code of a calendar, or '*' for enrolments that name none. With day_number, days between two dates
-- are a difference and no count.
with

attendance_days as (
    select * from {{ ref('int_calendar__attendance_days') }}
),

selected as (
    select
        attendance_days.school_key,
        attendance_days.calendar_choice,
        attendance_days.school_year,
        attendance_days.calendar_date,
        cast(attendance_days.day_number as integer) as day_number
    from attendance_days
)

select * from selected
