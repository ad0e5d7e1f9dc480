-- One row per section.
with

sections as (
    select * from {{ ref('can_sections') }}
),

selected as (
    select
        section_key,
        school_key,
        course_key,
        school_year,
        session_name,
        local_course_code,
        section_identifier,
        section_name,
        course_title,
        subject,
        credits,
        added_points
    from sections
)

select * from selected
