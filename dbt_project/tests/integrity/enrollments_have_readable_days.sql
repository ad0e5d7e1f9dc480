{{ config(severity='warn', meta={'owner': 'registrar'}) }}
-- What it finds: enrolments without a readable first day, or with a first day more than a year
-- ahead.
-- When it matters: such an enrolment holds no day, so its student may look as not enrolled.
-- How to resolve: correct the entry date in the student system; the next night takes it in.
with

spells as (
    select * from {{ ref('can_enrollments') }}
),

findings as (
    select
        spells.enrollment_key,
        spells.student_key,
        spells.school_key,
        spells.first_date
    from spells
    where spells.first_date is null
        or spells.first_date > {{ days_before(-366, as_of_date()) }}
)

select * from findings
