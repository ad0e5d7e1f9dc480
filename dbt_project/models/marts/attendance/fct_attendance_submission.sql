-- One row per school and date on or before the as-of date for which the school has submitted
-- attendance.
with

submissions as (
    select * from {{ ref('int_attendance__submissions') }}
),

selected as (
    select
        submissions.school_key,
        submissions.school_year,
        submissions.submitted_date,
        submissions.takes_daily_attendance,
        submissions.known_from
    from submissions
)

select * from selected
