-- One row per as-of date for which features are kept: the eve of each grading period, every Friday
-- on which school is held, and the date of the run. None lies after the run.
with

periods as (
    select * from {{ ref('dim_grading_period') }}
),

attendance_days as (
    select * from {{ ref('dim_attendance_day') }}
),

stored as (
    {{ stored_as_of_dates() }}
),

candidates as (
    select
        {{ days_before(1, 'periods.begin_date') }} as as_of_date,
        1 as is_period_eve,
        0 as is_weekly,
        0 as is_run_date
    from periods
    where periods.begin_date is not null
    union all
    select
        attendance_days.calendar_date as as_of_date,
        0 as is_period_eve,
        1 as is_weekly,
        0 as is_run_date
    from attendance_days
    where {{ is_friday('attendance_days.calendar_date') }}
    union all
    select
        {{ as_of_date() }} as as_of_date,
        0 as is_period_eve,
        0 as is_weekly,
        1 as is_run_date
),

per_date as (
    select
        candidates.as_of_date,
        max(candidates.is_period_eve) = 1 as is_period_eve,
        max(candidates.is_weekly) = 1 as is_weekly,
        max(candidates.is_run_date) = 1 as is_run_date
    from candidates
    where candidates.as_of_date <= {{ as_of_date() }}
    group by candidates.as_of_date
),

dated as (
    select
        per_date.as_of_date,
        {{ school_year_of('per_date.as_of_date') }} as school_year,
        per_date.is_period_eve,
        per_date.is_weekly,
        per_date.is_run_date,
        -- a date that is stored keeps what was known then
        per_date.is_run_date or stored.as_of_date is null as is_to_be_written
    from per_date
    left join stored
        on stored.as_of_date = per_date.as_of_date
)

select * from dated
