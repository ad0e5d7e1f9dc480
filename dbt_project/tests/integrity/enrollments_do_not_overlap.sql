{{ config(severity='warn', meta={'owner': 'registrar'}) }}
-- What it finds: two enrolments of one student that hold on the same date.
-- When it matters: only one school decides a date (the marked primary school, else the earlier
-- entry),
--   so absences recorded at the other school do not count.
-- How to resolve: in the student system, close the enrolment that is over, or mark the primary
-- school of
--   a student who does attend two.
with

spells as (
    select * from {{ ref('can_enrollments') }}
    where has_days
),

findings as (
    select
        earlier.student_key,
        earlier.enrollment_key,
        later.enrollment_key as overlapping_enrollment_key,
        later.first_date as overlap_begins
    from spells as earlier
    inner join spells as later
        on later.student_key = earlier.student_key
        and later.enrollment_key != earlier.enrollment_key
        and later.first_date >= earlier.first_date
        and (later.first_date > earlier.first_date or later.enrollment_key > earlier.enrollment_key)
        and (earlier.last_date is null or later.first_date <= earlier.last_date)
)

select * from findings
