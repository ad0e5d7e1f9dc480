-- One row per section: the points its level adds in the weighted GPA. The levels of the section, of
-- its offering and of its course all count; the greatest addition holds. A level is of the source
-- that the section, the offering or the course is of.
with

sections as (
    {{ union_of_sources('sections', {
        'course_offering_key': 'bigint',
        'section_key': 'bigint',
    }) }}
),

course_offerings as (
    {{ union_of_sources('course_offerings', {
        'course_offering_key': 'bigint',
        'course_key': 'bigint',
    }) }}
),

section_levels as (
    {{ union_of_sources('section_levels', {
        'section_key': 'bigint',
        'level_code': 'text',
    }) }}
),

course_offering_levels as (
    {{ union_of_sources('course_offering_levels', {
        'course_offering_key': 'bigint',
        'level_code': 'text',
    }) }}
),

course_levels as (
    {{ union_of_sources('course_levels', {
        'course_key': 'bigint',
        'level_code': 'text',
    }) }}
),

crosswalk as (
    {{ codes_of_sources(ref('xwalk_course_levels'), ['level_code']) }}
),

levels as (
    select
        sections.section_key,
        section_levels.level_code,
        sections.source_system,
        sections.source_instance
    from sections
    inner join section_levels
        on section_levels.section_key = sections.section_key
        and section_levels.source_system = sections.source_system
        and section_levels.source_instance = sections.source_instance
    union all
    select
        sections.section_key,
        course_offering_levels.level_code,
        sections.source_system,
        sections.source_instance
    from sections
    inner join course_offering_levels
        on course_offering_levels.course_offering_key = sections.course_offering_key
        and course_offering_levels.source_system = sections.source_system
        and course_offering_levels.source_instance = sections.source_instance
    union all
    select
        sections.section_key,
        course_levels.level_code,
        sections.source_system,
        sections.source_instance
    from sections
    inner join course_offerings
        on course_offerings.course_offering_key = sections.course_offering_key
    inner join course_levels
        on course_levels.course_key = course_offerings.course_key
        and course_levels.source_system = course_offerings.source_system
        and course_levels.source_instance = course_offerings.source_instance
),

weighted as (
    select
        levels.section_key,
        max(crosswalk.added_points) as added_points,
        levels.source_system,
        levels.source_instance
    from levels
    inner join crosswalk
        on crosswalk.code_source = levels.source_system
        and crosswalk.level_code = levels.level_code
    group by levels.section_key, levels.source_system, levels.source_instance
)

select * from weighted
