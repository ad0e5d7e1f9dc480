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

referred as (
    select
        {{ surrogate_key([
            'objective_standards.source',
            key_text('assessments', 'objective_standards.assessment_identifier'),
        ]) }} as assessment_key,
        {{ surrogate_key([
            "'objective'",
            key_text('objective_assessments', 'objective_standards.objective_code'),
        ]) }} as scope_key,
        {{ natural_key('learning_standards', ['objective_standards.learning_standard_id']) }}
            as learning_standard_key,
        objective_standards.source,
        objective_standards.assessment_identifier,
        objective_standards.objective_code as scope_code,
        objective_standards.learning_standard_id,
        objective_standards.source_system,
        objective_standards.source_instance
    from objective_standards
),

keyed as (
    select
        {{ surrogate_key(['referred.assessment_key', 'referred.scope_key']) }}
            as assessment_objective_key,
        referred.learning_standard_key,
        referred.source,
        referred.assessment_identifier,
        referred.scope_code,
        referred.learning_standard_id,
        referred.source_system,
        referred.source_instance
    from referred
),

-- a part may list one standard in two spellings
named as (
    select
        keyed.assessment_objective_key,
        keyed.learning_standard_key,
        min(keyed.source) as source,
        min(keyed.assessment_identifier) as assessment_identifier,
        min(keyed.scope_code) as scope_code,
        min(keyed.learning_standard_id) as learning_standard_id,
        min(keyed.source_system) as source_system,
        min(keyed.source_instance) as source_instance
    from keyed
    group by keyed.assessment_objective_key, keyed.learning_standard_key
)

select * from named
