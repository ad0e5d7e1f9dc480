-- One row per entity: courses, their offerings and sections. Whether two of its live records have
-- keys that differ in case only, which Oracle, under PowerSchool, takes for two.
{%- set natural_keys = {
    'courses': [['course_number']],
    'sections': [['schoolid'], ['termid'], ['course_number'], ['section_number']],
} %}
with

{{ key_case('powerschool', natural_keys) }},

-- an offering is a course at a school, and no record of its own
with_offerings as (
    select
        judged.entity,
        judged.is_case_sensitive
    from judged
    union all
    select
        'course_offerings' as entity,
        judged.is_case_sensitive
    from judged
    where judged.entity = 'courses'
)

select * from with_offerings
