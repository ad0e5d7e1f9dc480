-- One row per section, with its course, credits and the weight of its level.
with

sections as (
    {{ union_of_sources('sections', {
        'local_course_key': 'bigint',
        'course_offering_key': 'bigint',
        'section_key': 'bigint',
        'school_key': 'bigint',
        'school_year': 'integer',
        'session_name': 'text',
        'local_course_code': 'text',
        'section_identifier': 'text',
        'section_name': 'text',
        'available_credits': 'numeric',
    }) }}
),

course_offerings as (
    {{ union_of_sources('course_offerings', {
        'course_offering_key': 'bigint',
        'course_key': 'bigint',
        'local_course_title': 'text',
    }) }}
),

courses as (
    select * from {{ ref('can_courses') }}
),

section_weights as (
    select * from {{ ref('can_section_weights') }}
),

joined as (
    select
        sections.section_key,
        sections.school_key,
        course_offerings.course_key,
        -- a section whose offering is missing still is a course of its own school
        coalesce(
            course_offerings.course_key,
            sections.local_course_key
        ) as course_identity_key,
        sections.school_year,
        sections.session_name,
        sections.local_course_code,
        sections.section_identifier,
        coalesce(
            sections.section_name, course_offerings.local_course_title, courses.course_title
        ) as section_name,
        courses.course_title,
        courses.subject,
        -- null stays null: a course without credits in the source has no weight we could know
        coalesce(sections.available_credits, courses.maximum_available_credits) as credits,
        -- a level that the source does not give adds nothing
        coalesce(section_weights.added_points, 0) as added_points,
        sections.source_system,
        sections.source_instance
    from sections
    left join course_offerings
        on course_offerings.course_offering_key = sections.course_offering_key
    left join courses
        on courses.course_key = course_offerings.course_key
    left join section_weights
        on section_weights.section_key = sections.section_key
)

select * from joined
