{{ config(meta={'owner': 'data-platform'}) }}
-- What it finds: a student whose attendance flag and whose chronic-absence label disagree.
-- When it matters: a principal would read "chronically absent" beside a green flag.
-- How to resolve: both use the same line on the same counts; see which of fct_attendance_to_date
-- and
--   risk_indicator__attendance was changed alone.
with

indicators as (
    select * from {{ ref('risk_indicator__attendance') }}
),

attendance as (
    select * from {{ ref('fct_attendance_to_date') }}
),

disagreeing as (
    select
        indicators.student_key,
        indicators.flag,
        attendance.is_chronically_absent,
        attendance.is_severely_absent
    from indicators
    inner join attendance
        on attendance.student_key = indicators.student_key
    where (indicators.flag in ('yellow', 'red'))
        != coalesce(attendance.is_chronically_absent, false)
        or (indicators.flag = 'red') != coalesce(attendance.is_severely_absent, false)
)

select * from disagreeing
