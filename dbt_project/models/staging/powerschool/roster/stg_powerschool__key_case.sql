-- One row per entity with a key of letters: whether two of its live records have keys that differ
-- in case only, which Oracle, under PowerSchool, takes for two.
{%- set natural_keys = {
    'students': ['students', ['student_number']],
    'staffs': ['users', ['teachernumber']],
    'courses': ['courses', ['course_number']],
    'sections': ['sections', ['schoolid', 'termid', 'course_number', 'section_number']],
} %}
with

{% for entity, (table, _) in natural_keys.items() -%}
    {{ entity }} as (
        {{ current_rows(source('powerschool', table)) }}
    ),

{% endfor -%}
keys as (
    {%- for entity, (_, columns) in natural_keys.items() %}
        {%- set exact = [] %}
        {%- set folded = [] %}
        {%- for column in columns %}
            {%- do exact.append(json_text('payload', [column])) %}
            {%- do folded.append('upper(' ~ json_text('payload', [column]) ~ ')') %}
        {%- endfor %}
        select
            '{{ entity }}' as entity,
            {{ surrogate_key(exact) }} as exact_key,
            {{ surrogate_key(folded) }} as folded_key
        from {{ entity }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

spellings as (
    select
        keys.entity,
        keys.folded_key,
        count(distinct keys.exact_key) as spelling_count
    from keys
    group by keys.entity, keys.folded_key
),

judged as (
    select
        spellings.entity,
        max(case when spellings.spelling_count > 1 then 1 else 0 end) = 1 as is_case_sensitive
    from spellings
    group by spellings.entity
),

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
