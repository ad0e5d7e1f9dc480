-- One row per level code that courses, offerings or sections of the source carry, and how often.
with

course_levels as (
    select * from {{ ref('stg_edfi__course_levels') }}
),

course_offering_levels as (
    select * from {{ ref('stg_edfi__course_offering_levels') }}
),

section_levels as (
    select * from {{ ref('stg_edfi__section_levels') }}
),

together as (
    select course_levels.level_code from course_levels
    union all
    select course_offering_levels.level_code from course_offering_levels
    union all
    select section_levels.level_code from section_levels
),

counted as (
    select
        level_code,
        count(*) as use_count
    from together
    group by level_code
)

select * from counted
