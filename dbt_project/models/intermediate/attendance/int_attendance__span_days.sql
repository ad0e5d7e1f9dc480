-- One row per school, calendar choice and span of dates that any student has: how many days of
-- school it holds. Students share their spans, so the days are counted once per span and not per
-- student.
with

countable_spans as (
    select * from {{ ref('int_attendance__countable_spans') }}
),

attendance_days as (
    select * from {{ ref('int_calendar__attendance_days') }}
),

spans as (
    select distinct
        countable_spans.school_key,
        countable_spans.calendar_choice,
        countable_spans.school_year,
        countable_spans.first_date,
        countable_spans.counted_to_date
    from countable_spans
    where countable_spans.has_calendar
        and countable_spans.counted_to_date >= countable_spans.first_date
),

counted as (
    select
        spans.school_key,
        spans.calendar_choice,
        spans.school_year,
        spans.first_date,
        spans.counted_to_date,
        count(*) as day_count,
        sum(case
            when attendance_days.calendar_date > {{ days_before(30, as_of_date()) }} then 1 else 0
        end)
            as day_count_30d,
        sum(case
            when attendance_days.calendar_date > {{ days_before(90, as_of_date()) }} then 1 else 0
        end)
            as day_count_90d,
        min(attendance_days.calendar_date) as first_day,
        max(attendance_days.calendar_date) as last_day
    from spans
    inner join attendance_days
        on attendance_days.school_key = spans.school_key
        and attendance_days.calendar_choice = spans.calendar_choice
        and attendance_days.school_year = spans.school_year
        -- both ends inclusive; staging already moved exclusive exit dates back one day
        and attendance_days.calendar_date between spans.first_date and spans.counted_to_date
    group by
        spans.school_key,
        spans.calendar_choice,
        spans.school_year,
        spans.first_date,
        spans.counted_to_date
)

select * from counted
