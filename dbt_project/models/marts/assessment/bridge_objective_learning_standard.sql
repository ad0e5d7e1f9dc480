-- One row per part of an assessment and learning standard that the source says it measures.
with

named as (
    select * from {{ ref('can_assessment_objective_standards') }}
),

keyed as (
    select
        named.assessment_objective_key,
        named.learning_standard_key,
        named.source,
        named.assessment_identifier,
        named.scope_code,
        named.learning_standard_id
    from named
)

select * from keyed
