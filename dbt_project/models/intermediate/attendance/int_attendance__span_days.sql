-- One row per school, calendar choice and span of dates that any student has: how many days of
-- school it holds, and for how many more the school has not submitted attendance. Students share
-- their spans, so the days are counted once per span and not per student.
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
        countable_spans.counted_to_date,
        countable_spans.expected_to_date
    from countable_spans
    where countable_spans.has_calendar
        and countable_spans.expected_to_date >= countable_spans.first_date
),

dated as (
    select
        spans.school_key,
        spans.calendar_choice,
        spans.school_year,
        spans.first_date,
        spans.counted_to_date,
        spans.expected_to_date,
        attendance_days.calendar_date,
        -- nothing is submitted where nothing is counted yet
        coalesce(attendance_days.calendar_date <= spans.counted_to_date, false) as is_counted
    from spans
    inner join attendance_days
        on attendance_days.school_key = spans.school_key
        and attendance_days.calendar_choice = spans.calendar_choice
        and attendance_days.school_year = spans.school_year
        -- both ends inclusive; staging already moved exclusive exit dates back one day
        and attendance_days.calendar_date between spans.first_date and spans.expected_to_date
),

counted as (
    select
        -- where nothing is submitted yet there is no last day that counts
        {{ surrogate_key([
            'dated.school_key', 'dated.calendar_choice', 'dated.school_year', 'dated.first_date',
            'dated.counted_to_date', 'dated.expected_to_date',
        ]) }} as span_days_key,
        dated.school_key,
        dated.calendar_choice,
        dated.school_year,
        dated.first_date,
        dated.counted_to_date,
        dated.expected_to_date,
        sum(case when dated.is_counted then 1 else 0 end) as day_count,
        sum(case
            when dated.is_counted and dated.calendar_date > {{ days_before(30, as_of_date()) }}
                then 1
            else 0
        end) as day_count_30d,
        sum(case
            when dated.is_counted and dated.calendar_date > {{ days_before(90, as_of_date()) }}
                then 1
            else 0
        end) as day_count_90d,
        min(case when dated.is_counted then dated.calendar_date end) as first_day,
        max(case when dated.is_counted then dated.calendar_date end) as last_day,
        sum(case when dated.is_counted then 0 else 1 end) as days_not_submitted
    from dated
    group by
        dated.school_key,
        dated.calendar_choice,
        dated.school_year,
        dated.first_date,
        dated.counted_to_date,
        dated.expected_to_date
)

select * from counted
