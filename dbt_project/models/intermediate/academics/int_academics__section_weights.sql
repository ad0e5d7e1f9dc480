-- One row per section: the points its level adds in the weighted GPA. The levels of the section, of
-- its offering and of its course all count; the greatest addition holds.
with

sections as (
    select * from {{ ref('stg_edfi__sections') }}
),

course_offerings as (
    select * from {{ ref('stg_edfi__course_offerings') }}
),

section_levels as (
    select * from {{ ref('stg_edfi__section_levels') }}
),

course_offering_levels as (
    select * from {{ ref('stg_edfi__course_offering_levels') }}
),

course_levels as (
    select * from {{ ref('stg_edfi__course_levels') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_course_levels'), ['level_code']) }}
),

levels as (
    select
        section_levels.section_key,
        section_levels.level_code
    from section_levels
    union all
    select
        sections.section_key,
        course_offering_levels.level_code
    from sections
    inner join course_offering_levels
        on course_offering_levels.course_offering_key = sections.course_offering_key
    union all
    select
        sections.section_key,
        course_levels.level_code
    from sections
    inner join course_offerings
        on course_offerings.course_offering_key = sections.course_offering_key
    inner join course_levels
        on course_levels.course_key = course_offerings.course_key
),

weighted as (
    select
        levels.section_key,
        max(crosswalk.added_points) as added_points
    from levels
    inner join crosswalk
        on crosswalk.level_code = levels.level_code
    group by levels.section_key
)

select * from weighted
