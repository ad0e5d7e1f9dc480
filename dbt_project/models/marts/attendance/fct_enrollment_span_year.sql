-- One row per known student, span in which one school decides, and school year that it touches: the
-- school days before it and through its end, counted in the calendar that holds.
with

span_years as (
    select * from {{ ref('int_attendance__span_years') }}
),

students as (
    select * from {{ ref('dim_student') }}
),

attendance_days as (
    select * from {{ ref('dim_attendance_day') }}
),

-- students share their spans, so the days are counted once per span and not per student
bounds as (
    select distinct
        span_years.school_key,
        span_years.calendar_choice,
        span_years.school_year,
        span_years.first_date,
        span_years.last_date
    from span_years
    where span_years.has_calendar
),

numbered as (
    select
        bounds.school_key,
        bounds.calendar_choice,
        bounds.school_year,
        bounds.first_date,
        bounds.last_date,
        sum(case when attendance_days.calendar_date < bounds.first_date then 1 else 0 end)
            as days_before,
        sum(
            case
                when bounds.last_date is null
                    or attendance_days.calendar_date <= bounds.last_date
                    then 1
                else 0
            end
        ) as days_through
    from bounds
    inner join attendance_days
        on attendance_days.school_key = bounds.school_key
        and attendance_days.calendar_choice = bounds.calendar_choice
        and attendance_days.school_year = bounds.school_year
    group by
        bounds.school_key,
        bounds.calendar_choice,
        bounds.school_year,
        bounds.first_date,
        bounds.last_date
),

joined as (
    select
        span_years.student_key,
        span_years.school_key,
        span_years.grade_band,
        span_years.school_year,
        span_years.calendar_choice,
        span_years.has_calendar,
        span_years.entry_date,
        span_years.first_date,
        span_years.last_date,
        cast(numbered.days_before as integer) as days_before,
        cast(numbered.days_through as integer) as days_through
    from span_years
    inner join students
        on students.student_key = span_years.student_key
    left join numbered
        on numbered.school_key = span_years.school_key
        and numbered.calendar_choice = span_years.calendar_choice
        and numbered.school_year = span_years.school_year
        and numbered.first_date = span_years.first_date
        and numbered.last_date is not distinct from span_years.last_date
)

select * from joined
