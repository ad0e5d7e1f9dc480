-- One row per student, section and begin date that began on or before the as-of date.
with

enrollments as (
    select * from {{ ref('can_section_enrollments') }}
),

begun as (
    select
        section_enrollment_key,
        student_key,
        section_key,
        school_key,
        is_homeroom,
        begin_date,
        end_date,
        coalesce(end_date >= {{ as_of_date() }}, true) as is_open_as_of
    from enrollments
    where begin_date <= {{ as_of_date() }}
)

select * from begun
