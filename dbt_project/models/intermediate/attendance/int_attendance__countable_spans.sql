-- One row per student and span of the as-of date's school year in which one school decides, with
-- the calendar that holds and the last day that counts so far.
with

span_years as (
    select * from {{ ref('int_attendance__span_years') }}
    where school_year = {{ school_year_of(as_of_date()) }}
        and entry_date <= {{ as_of_date() }}
),

submitted_days as (
    select * from {{ ref('int_attendance__submitted_days') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

of_this_year as (
    select
        span_years.student_key,
        span_years.school_key,
        span_years.grade_band,
        span_years.school_year,
        span_years.calendar_choice,
        span_years.has_calendar,
        -- class attendance says something about the day only where the policy lets it
        case
            when submitted_days.takes_daily_attendance or policy.section_absence_counts_as_day
                then submitted_days.last_submitted_date
        end as last_submitted_date,
        span_years.first_date,
        span_years.last_date
    from span_years
    left join submitted_days
        on submitted_days.school_key = span_years.school_key
    left join policy
        on policy.grade_band = coalesce(span_years.grade_band, '*')
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
        -- the last day for which the school should have submitted attendance by now
        case
            when of_this_year.last_date < {{ as_of_date() }} then of_this_year.last_date
            else {{ as_of_date() }}
        end as expected_to_date,
        -- the last submitted date lies on or before the as-of date; null when none is submitted
        case
            when of_this_year.last_date < of_this_year.last_submitted_date
                then of_this_year.last_date
            else of_this_year.last_submitted_date
        end as counted_to_date
    from of_this_year
)

select * from cut
