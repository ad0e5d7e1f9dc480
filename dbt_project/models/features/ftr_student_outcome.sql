-- One row per row of ftr_student_as_of: what came of the first grading period of the student's
-- school that began after the as-of date. Outcomes are what is known of them now.
{{ config(materialized='view') }}

with

students as (
    select * from {{ ref('ftr_student_as_of') }}
),

schools as (
    select * from {{ ref('ftr_school_as_of') }}
),

outcomes as (
    select * from {{ ref('ftr_period_outcome') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

joined as (
    select
        students.student_key,
        students.as_of_date,
        schools.label_grading_period_key,
        schools.label_begin_date,
        schools.label_end_date,
        outcomes.fails_course,
        outcomes.becomes_chronic,
        -- known where both are, even if one that is true would decide: of a term without grades
        -- only those who came to need help would be left, and nobody else; where classes need not
        -- give letters, attendance alone decides
        case
            when outcomes.fails_course is null and policy.course_grades_need_letters
                then outcomes.becomes_chronic
            when outcomes.fails_course is not null and outcomes.becomes_chronic is not null
                then outcomes.fails_course or outcomes.becomes_chronic
        end as is_either,
        case
            when students.is_failing or students.is_chronic_ytd then false
            when students.is_failing is not null or students.is_chronic_ytd is not null then true
        end as is_onset_case
    from students
    inner join policy
        on policy.grade_band = coalesce(students.grade_band, '*')
    left join schools
        on schools.school_key = students.school_key
        and schools.as_of_date = students.as_of_date
    left join outcomes
        on outcomes.student_key = students.student_key
        and outcomes.grading_period_key = schools.label_grading_period_key
)

select * from joined
