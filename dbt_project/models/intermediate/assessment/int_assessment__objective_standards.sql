-- One row per part of an assessment and learning standard that the source says it measures.
-- Vendor files name state codes of their own on each result; only the system of record links to
-- the standards.
with

objective_standards as (
    select * from {{ ref('stg_edfi__objective_assessment_standards') }}
),

named as (
    select distinct
        objective_standards.source,
        objective_standards.assessment_identifier,
        'objective' as scope,
        objective_standards.objective_code as scope_code,
        objective_standards.learning_standard_id
    from objective_standards
),

keyed as (
    select
        {{ surrogate_key([
            'named.source', 'named.assessment_identifier', 'named.scope', 'named.scope_code'
        ]) }} as assessment_objective_key,
        named.source,
        named.assessment_identifier,
        named.scope_code,
        named.learning_standard_id
    from named
)

select * from keyed
