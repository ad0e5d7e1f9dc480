-- One row per student enrolled on an as-of date to be written, and that date: the school that
-- decides, and the enrolled days of the school year so far.
with

as_of_dates as (
    select * from {{ ref('ftr_as_of_dates') }}
    where is_to_be_written
),

spans as (
    select * from {{ ref('fct_enrollment_span') }}
),

span_years as (
    select * from {{ ref('fct_enrollment_span_year') }}
),

calendars as (
    select * from {{ ref('ftr_calendar_as_of') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

enrolled as (
    select
        spans.student_key,
        as_of_dates.as_of_date,
        as_of_dates.school_year,
        spans.school_key,
        spans.grade_level,
        spans.grade_band,
        spans.school_first_date
    from spans
    inner join as_of_dates
        on as_of_dates.as_of_date >= spans.first_date
        and (spans.last_date is null or as_of_dates.as_of_date <= spans.last_date)
),

-- most students have one span a year: only the others need grouping
policed_spans as (
    select
        span_years.student_key,
        span_years.school_key,
        span_years.school_year,
        span_years.calendar_choice,
        span_years.has_calendar,
        span_years.entry_date,
        span_years.first_date,
        span_years.days_before,
        span_years.days_through,
        policy.section_absence_counts_as_day,
        count(*) over (
            partition by span_years.student_key, span_years.school_year
        ) as span_count
    from span_years
    inner join policy
        on policy.grade_band = coalesce(span_years.grade_band, '*')
),

counted as (
    select
        policed_spans.student_key,
        as_of_dates.as_of_date,
        policed_spans.span_count,
        policed_spans.has_calendar,
        policed_spans.first_date,
        policed_spans.days_before,
        least(policed_spans.days_through, calendars.days_to_date) as days_to_date,
        calendars.days_before_30d,
        calendars.days_before_90d,
        -- class attendance says something about the day only where the policy lets it
        case
            when calendars.takes_daily_attendance or policed_spans.section_absence_counts_as_day
                then calendars.last_submitted_date
        end as last_submitted_date,
        case
            when calendars.takes_daily_attendance or policed_spans.section_absence_counts_as_day
                then least(policed_spans.days_through, calendars.days_submitted)
            else 0
        end as days_counted
    from policed_spans
    inner join as_of_dates
        on as_of_dates.school_year = policed_spans.school_year
        and as_of_dates.as_of_date >= policed_spans.entry_date
    left join calendars
        on calendars.school_key = policed_spans.school_key
        and calendars.calendar_choice = policed_spans.calendar_choice
        and calendars.school_year = policed_spans.school_year
        and calendars.as_of_date = as_of_dates.as_of_date
),

days as (
    select
        counted.student_key,
        counted.as_of_date,
        counted.span_count,
        counted.first_date,
        case when counted.has_calendar then 1 else 0 end as span_count_with_calendar,
        case
            when counted.has_calendar and counted.last_submitted_date is null then 1
            else 0
        end as span_count_without_submission,
        coalesce(greatest(0, counted.days_counted - counted.days_before), 0) as days_enrolled,
        coalesce(
            greatest(
                0, counted.days_counted - greatest(counted.days_before, counted.days_before_30d)
            ), 0
        ) as days_enrolled_30d,
        coalesce(
            greatest(
                0, counted.days_counted - greatest(counted.days_before, counted.days_before_90d)
            ), 0
        ) as days_enrolled_90d,
        coalesce(
            greatest(
                0,
                counted.days_to_date
                - greatest(counted.days_before, coalesce(counted.days_counted, 0))
            ), 0
        ) as days_not_submitted
    from counted
),

-- where the student is now says whether attendance is still submitted
latest_spans as (
    select
        days.student_key,
        days.as_of_date,
        days.days_not_submitted,
        row_number() over (
            partition by days.student_key, days.as_of_date order by days.first_date desc
        ) as latest_first
    from days
    where days.span_count > 1
),

per_student as (
    select
        days.student_key,
        days.as_of_date,
        days.span_count_with_calendar,
        days.span_count_without_submission,
        days.days_enrolled,
        days.days_enrolled_30d,
        days.days_enrolled_90d,
        days.days_not_submitted
    from days
    where days.span_count = 1
    union all
    select
        days.student_key,
        days.as_of_date,
        cast(sum(days.span_count_with_calendar) as integer) as span_count_with_calendar,
        cast(sum(days.span_count_without_submission) as integer)
            as span_count_without_submission,
        cast(sum(days.days_enrolled) as integer) as days_enrolled,
        cast(sum(days.days_enrolled_30d) as integer) as days_enrolled_30d,
        cast(sum(days.days_enrolled_90d) as integer) as days_enrolled_90d,
        max(latest_spans.days_not_submitted) as days_not_submitted
    from days
    inner join latest_spans
        on latest_spans.student_key = days.student_key
        and latest_spans.as_of_date = days.as_of_date
        and latest_spans.latest_first = 1
    where days.span_count > 1
    group by days.student_key, days.as_of_date
),

joined as (
    select
        enrolled.student_key,
        enrolled.as_of_date,
        enrolled.school_year,
        enrolled.school_key,
        enrolled.grade_level,
        enrolled.grade_band,
        coalesce(enrolled.grade_band, '*') as policy_grade_band,
        enrolled.school_first_date,
        per_student.student_key is not null as has_days,
        per_student.span_count_with_calendar,
        per_student.span_count_without_submission,
        per_student.days_enrolled,
        per_student.days_enrolled_30d,
        per_student.days_enrolled_90d,
        per_student.days_not_submitted
    from enrolled
    left join per_student
        on per_student.student_key = enrolled.student_key
        and per_student.as_of_date = enrolled.as_of_date
)

select * from joined
