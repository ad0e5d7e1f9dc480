-- One row per school with any attendance event of the school year on or before the as-of date: how
-- the school takes attendance, and the last day it has submitted. A final day with nobody absent
-- shows only with a later event.
with

submissions as (
    select * from {{ ref('int_attendance__submissions') }}
    where school_year = {{ school_year_of(as_of_date()) }}
),

per_school as (
    select
        submissions.school_key,
        submissions.takes_daily_attendance,
        max(submissions.submitted_date) as last_submitted_date
    from submissions
    group by submissions.school_key, submissions.takes_daily_attendance
)

select * from per_school
