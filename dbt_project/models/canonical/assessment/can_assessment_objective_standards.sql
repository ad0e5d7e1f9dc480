-- One row per part of an assessment and learning standard that the source says it measures.
-- Vendor files name state codes of their own on each result; only the system of record links to
-- the standards.
with

objective_standards as (
    {{ told_by_sources('assessment_objective_standards', {
        'source': 'text',
        'source_instance': 'text',
        'assessment_identifier': 'text',
        'objective_code': 'text',
        'learning_standard_id': 'text',
    }) }}
),

named as (
    select distinct
        objective_standards.source,
        objective_standards.assessment_identifier,
        'objective' as scope,
        objective_standards.objective_code as scope_code,
        objective_standards.learning_standard_id,
        objective_standards.source_system,
        objective_standards.source_instance
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
        named.learning_standard_id,
        named.source_system,
        named.source_instance
    from named
)

select * from keyed
