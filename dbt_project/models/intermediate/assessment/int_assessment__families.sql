-- One row per test of a source by its names: the family it belongs to, the crosswalk's or a
-- layout's where one of its words is known there (the longest), else the source's own word for it.
with

results as (
    select * from {{ ref('can_assessment_results') }}
),

name_parts as (
    {{ district_rows(ref('xwalk_assessment_families'), ['source', 'name_part']) }}
),

layout_names as (
    select * from {{ ref('stg_layouts__family_names') }}
),

known_names as (
    select
        name_parts.source,
        name_parts.name_part,
        name_parts.family,
        1 as preference
    from name_parts
    -- files say their family themselves
    {%- for system in var('sources') %}
        union all
        select
            '{{ system }}' as source,
            layout_names.name_part,
            layout_names.family,
            2 as preference
        from layout_names
    {%- endfor %}
),

tests as (
    select distinct
        results.assessment_names_key,
        results.source,
        results.assessment_identifier,
        results.assessment_title,
        results.assessment_family
    from results
),

worded as (
    select
        tests.assessment_names_key,
        tests.source,
        lower(coalesce(
            tests.assessment_family, tests.assessment_title, tests.assessment_identifier
        )) as own_family,
        {{ words('tests.assessment_family') }} as family_words,
        {{ words('tests.assessment_title') }} as title_words,
        {{ words('tests.assessment_identifier') }} as identifier_words
    from tests
),

matched as (
    select
        worded.assessment_names_key,
        worded.source,
        coalesce(known_names.family, worded.own_family) as family,
        row_number() over (
            partition by worded.assessment_names_key
            order by
                length(known_names.name_part) desc nulls last,
                known_names.name_part,
                known_names.preference,
                known_names.family
        ) as match_number
    from worded
    left join known_names
        on known_names.source = worded.source
        and (
            worded.family_words like '% ' || known_names.name_part || ' %'
            or worded.title_words like '% ' || known_names.name_part || ' %'
            or worded.identifier_words like '% ' || known_names.name_part || ' %'
        )
),

named as (
    select
        matched.assessment_names_key,
        matched.source,
        matched.family
    from matched
    where matched.match_number = 1
)

select * from named
