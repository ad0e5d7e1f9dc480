-- One row per student that the source knows and has not deleted, as of the as-of date.
with

students as (
    select * from {{ ref('can_students') }}
),

current_enrollment as (
    select * from {{ ref('int_enrollment__current') }}
),

placed as (
    select
        students.student_key,
        students.student_id as student_unique_id,
        students.first_name,
        students.last_name as last_surname,
        students.preferred_first_name,
        students.birth_date,
        current_enrollment.school_key,
        current_enrollment.grade_level,
        current_enrollment.grade_band,
        coalesce(current_enrollment.enrollment_status, 'no_enrollment') as enrollment_status
    from students
    left join current_enrollment
        on current_enrollment.student_key = students.student_key
)

select * from placed
