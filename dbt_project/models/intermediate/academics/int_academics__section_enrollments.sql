-- One row per student, section and begin date: the time a student was in a class.
with

student_sections as (
    select * from {{ ref('stg_edfi__student_section_associations') }}
),

selected as (
    select
        {{ surrogate_key(['student_key', 'section_key', 'begin_date']) }} as section_enrollment_key,
        student_key,
        section_key,
        school_key,
        is_homeroom,
        begin_date,
        end_date
    from student_sections
)

select * from selected
