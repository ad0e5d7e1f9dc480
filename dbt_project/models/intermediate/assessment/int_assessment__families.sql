-- One row per test of a source by its names: the family it belongs to, the crosswalk's where one of
-- its words is known there (the longest), else the source's own word for it.
with

results as (
    select * from {{ ref('can_assessment_results') }}
),

name_parts as (
    {{ district_rows(ref('xwalk_assessment_families'), ['source', 'name_part']) }}
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
        coalesce(name_parts.family, worded.own_family) as family,
        row_number() over (
            partition by worded.assessment_names_key
            order by length(name_parts.name_part) desc nulls last, name_parts.name_part
        ) as match_number
    from worded
    left join name_parts
        on name_parts.source = worded.source
        and (
            worded.family_words like '% ' || name_parts.name_part || ' %'
            or worded.title_words like '% ' || name_parts.name_part || ' %'
            or worded.identifier_words like '% ' || name_parts.name_part || ' %'
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
