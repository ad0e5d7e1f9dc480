{{ config(meta={'owner': 'data-platform'}) }}
-- What it finds: students with more days absent than enrolled, or a rate outside 0 to 1.
-- When it matters: the rules of counting contradict each other; no rate of that student can be
--   trusted.
-- How to resolve: compare int_attendance__daily_absence with int_attendance__span_days for the
--   student; a counted absence lies on a date that is not an enrolled day.
with

attendance_to_date as (
    select * from {{ ref('fct_attendance_to_date') }}
),

findings as (
    select
        attendance_to_date.student_key,
        attendance_to_date.days_enrolled,
        attendance_to_date.days_absent
    from attendance_to_date
    where attendance_to_date.days_absent > attendance_to_date.days_enrolled
        or attendance_to_date.days_absent < 0
        or attendance_to_date.absence_rate_30d > 1
        or attendance_to_date.absence_rate_90d > 1
)

select * from findings
