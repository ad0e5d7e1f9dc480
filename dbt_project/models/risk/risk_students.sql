-- One row per student that the rules judge on the as-of date: enrolled, or known without any
-- enrolment. A student who has left, or has not begun, has no row: no tier and no alert.
with

students as (
    select * from {{ ref('dim_student') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

judged as (
    select
        students.student_key,
        students.school_key,
        students.grade_level,
        students.grade_band,
        students.enrollment_status,
        policy.grade_band as policy_grade_band,
        policy.policy_version,
        {{ as_of_date() }} as as_of_date
    from students
    inner join policy
        -- a student whose grade level is not known is judged by the district's defaults
        on policy.grade_band = coalesce(students.grade_band, '*')
    where students.enrollment_status in ('enrolled', 'no_enrollment')
)

select * from judged
