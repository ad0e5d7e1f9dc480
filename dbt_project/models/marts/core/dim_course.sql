-- One row per course of the catalogue.
with

courses as (
    select * from {{ ref('can_courses') }}
),

selected as (
    select
        course_key,
        course_code,
        course_title,
        education_organization_id,
        subject,
        gpa_applicability_code,
        maximum_available_credits
    from courses
)

select * from selected
