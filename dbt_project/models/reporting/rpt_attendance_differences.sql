-- One row per student and date of this school year on which the two records of a school that takes
-- attendance by the day and in its classes differ: every enrolled class was missed, and the daily
-- record has no whole day absent.
with

class_days as (
    select * from {{ ref('fct_class_day') }}
    where takes_daily_attendance
        and is_every_class_missed
        and school_year = {{ school_year_of(as_of_date()) }}
),

daily_events as (
    select * from {{ ref('fct_attendance_event') }}
),

submissions as (
    select * from {{ ref('fct_attendance_submission') }}
),

students as (
    select * from {{ ref('dim_student') }}
),

schools as (
    select * from {{ ref('dim_school') }}
),

daily_records as (
    select
        daily_events.student_key,
        daily_events.school_key,
        daily_events.event_date,
        max(daily_events.absent_fraction) as absent_fraction
    from daily_events
    group by daily_events.student_key, daily_events.school_key, daily_events.event_date
),

last_submitted as (
    select
        submissions.school_key,
        submissions.school_year,
        max(submissions.submitted_date) as last_submitted_date
    from submissions
    group by submissions.school_key, submissions.school_year
),

compared as (
    select
        students.student_unique_id,
        schools.school_id,
        class_days.event_date as attendance_date,
        class_days.enrolled_class_count as missed_class_count,
        daily_records.student_key is not null as has_daily_event,
        daily_records.absent_fraction as daily_absent_fraction,
        case
            when daily_records.student_key is not null then daily_records.absent_fraction
            when class_days.is_counted then 1
            when class_days.event_date <= last_submitted.last_submitted_date then 0
        end as counted_fraction,
        {{ as_of_date() }} as as_of_date
    from class_days
    inner join students
        on students.student_key = class_days.student_key
    inner join schools
        on schools.school_key = class_days.school_key
    left join daily_records
        on daily_records.student_key = class_days.student_key
        and daily_records.school_key = class_days.school_key
        and daily_records.event_date = class_days.event_date
    left join last_submitted
        on last_submitted.school_key = class_days.school_key
        and last_submitted.school_year = class_days.school_year
    where coalesce(daily_records.absent_fraction, 0) < 1
)

select * from compared
