-- One row per enrolment of a known student: student, school and first day.
with

spells as (
    select * from {{ ref('can_enrollments') }}
),

students as (
    select * from {{ ref('can_students') }}
),

standing as (
    select
        spells.enrollment_key,
        spells.student_key,
        spells.school_key,
        spells.school_year,
        spells.grade_level,
        spells.grade_band,
        spells.is_grade_level_unmapped,
        spells.is_primary_school,
        spells.calendar_code,
        spells.enrollment_type_code,
        spells.exit_type_code,
        spells.first_date,
        spells.last_date,
        spells.is_no_show,
        spells.has_days
        and spells.first_date <= {{ as_of_date() }}
        and coalesce(spells.last_date >= {{ as_of_date() }}, true) as is_current,
        spells.known_on
    from spells
    inner join students
        on students.student_key = spells.student_key
)

select * from standing
