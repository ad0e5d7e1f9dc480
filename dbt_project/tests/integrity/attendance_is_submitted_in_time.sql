{{ config(severity='warn', meta={'owner': 'registrar'}) }}
-- What it finds: schools that have submitted no attendance for attendance_stale_warn_days school
--   days of their calendar or more.
-- When it matters: the days since then count for nobody, neither as present nor as absent. From
--   attendance_stale_insufficient_days on the attendance of the school's students is insufficient
--   data, and their tiers rest on the other indicators.
-- How to resolve: ask the school whether it takes attendance, and the vendor of the student system
--   whether it still sends it. A school whose students were never absent for so long can be given a
--   larger number in the seed risk_policy.
with

schools as (
    select * from {{ ref('rpt_attendance_submission') }}
),

late as (
    select
        schools.school_id,
        schools.submission_status,
        schools.last_submitted_date,
        schools.days_not_submitted
    from schools
    where schools.submission_status != 'in_time'
)

select * from late
