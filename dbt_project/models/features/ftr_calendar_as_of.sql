-- One row per school, calendar choice, school year and as-of date of that year to be written: how
-- many school days of the year attendance was known for, and how many lay before the windows.
with

as_of_dates as (
    select * from {{ ref('ftr_as_of_dates') }}
    where is_to_be_written
),

attendance_days as (
    select * from {{ ref('dim_attendance_day') }}
),

submissions as (
    select * from {{ ref('fct_attendance_submission') }}
),

last_submitted as (
    select
        as_of_dates.as_of_date,
        submissions.school_key,
        submissions.school_year,
        submissions.takes_daily_attendance,
        max(submissions.submitted_date) as last_submitted_date
    from as_of_dates
    inner join submissions
        on submissions.school_year = as_of_dates.school_year
        -- submitted, and known, on or before the date
        and submissions.known_from <= as_of_dates.as_of_date
    group by
        as_of_dates.as_of_date,
        submissions.school_key,
        submissions.school_year,
        submissions.takes_daily_attendance
),

counted as (
    select
        attendance_days.school_key,
        attendance_days.calendar_choice,
        attendance_days.school_year,
        as_of_dates.as_of_date,
        last_submitted.takes_daily_attendance,
        last_submitted.last_submitted_date,
        sum(
            case
                when attendance_days.calendar_date <= last_submitted.last_submitted_date then 1
                else 0
            end
        ) as days_submitted,
        sum(
            case when attendance_days.calendar_date <= as_of_dates.as_of_date then 1 else 0 end
        ) as days_to_date,
        sum(
            case
                when
                    attendance_days.calendar_date
                    <= {{ days_before(30, 'as_of_dates.as_of_date') }} then 1
                else 0
            end
        ) as days_before_30d,
        sum(
            case
                when
                    attendance_days.calendar_date
                    <= {{ days_before(90, 'as_of_dates.as_of_date') }} then 1
                else 0
            end
        ) as days_before_90d
    from as_of_dates
    inner join attendance_days
        on attendance_days.school_year = as_of_dates.school_year
    left join last_submitted
        on last_submitted.school_key = attendance_days.school_key
        and last_submitted.school_year = attendance_days.school_year
        and last_submitted.as_of_date = as_of_dates.as_of_date
    group by
        attendance_days.school_key,
        attendance_days.calendar_choice,
        attendance_days.school_year,
        as_of_dates.as_of_date,
        last_submitted.takes_daily_attendance,
        last_submitted.last_submitted_date
),

typed as (
    select
        counted.school_key,
        counted.calendar_choice,
        counted.school_year,
        counted.as_of_date,
        counted.takes_daily_attendance,
        counted.last_submitted_date,
        cast(counted.days_submitted as integer) as days_submitted,
        cast(counted.days_to_date as integer) as days_to_date,
        cast(counted.days_before_30d as integer) as days_before_30d,
        cast(counted.days_before_90d as integer) as days_before_90d
    from counted
)

select * from typed
