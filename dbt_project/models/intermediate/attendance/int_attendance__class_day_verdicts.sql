-- One row per student and date of class attendance that may count as an absence: the school decides
-- the date and school is held. (Where the policy does not let classes make a day, no date is
-- counted.)
with

class_days as (
    select * from {{ ref('int_attendance__class_days') }}
    where is_every_class_missed or is_unknown or has_no_section_enrollment
),

span_years as (
    select * from {{ ref('int_attendance__span_years') }}
),

attendance_days as (
    select * from {{ ref('int_calendar__attendance_days') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

decided as (
    select
        class_days.student_key,
        class_days.school_key,
        class_days.event_date,
        span_years.school_year,
        class_days.is_every_class_missed,
        class_days.is_unknown,
        class_days.has_no_section_enrollment,
        class_days.known_from
    from class_days
    inner join span_years
        on span_years.student_key = class_days.student_key
        and span_years.school_key = class_days.school_key
        and span_years.first_date <= class_days.event_date
        and (span_years.last_date is null or span_years.last_date >= class_days.event_date)
    inner join attendance_days
        on attendance_days.school_key = span_years.school_key
        and attendance_days.calendar_choice = span_years.calendar_choice
        and attendance_days.school_year = span_years.school_year
        and attendance_days.calendar_date = class_days.event_date
    inner join policy
        on policy.grade_band = coalesce(span_years.grade_band, '*')
        and policy.section_absence_counts_as_day
)

select * from decided
