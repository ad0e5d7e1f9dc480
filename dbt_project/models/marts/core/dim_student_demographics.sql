-- One row per student: demographics, apart from everything else, for audits of fairness.
with

students as (
    select * from {{ ref('can_students') }}
),

demographics as (
    select * from {{ ref('can_student_demographics') }}
),

described as (
    select
        students.student_key,
        demographics.sex_code,
        demographics.is_hispanic_latino,
        demographics.race_codes,
        demographics.english_proficiency_code,
        demographics.characteristic_codes
    from students
    left join demographics
        on demographics.student_key = students.student_key
)

select * from described
