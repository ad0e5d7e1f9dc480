-- One row per part of an assessment and learning standard that it measures.
with

objective_assessments as (
    {{ current_rows(source('edfi', 'objective_assessments')) }}
),

listed as (
    select distinct
        {{ json_text(
            'objective_assessments.payload', ['assessmentReference', 'assessmentIdentifier']
        ) }} as assessment_identifier,
        {{ json_text('objective_assessments.payload', ['assessmentReference', 'namespace']) }}
            as namespace,
        {{ json_text('objective_assessments.payload', 'identificationCode') }} as objective_code,
        {{ json_text('listed.item', ['learningStandardReference', 'learningStandardId']) }}
            as learning_standard_id
    from objective_assessments
    cross join lateral {{ json_list(
        'objective_assessments.payload', 'learningStandards'
    ) }} as listed
),

named as (
    select
        'edfi' as source,
        -- a district has one host of it
        '' as source_instance,
        listed.assessment_identifier,
        listed.namespace,
        listed.objective_code,
        listed.learning_standard_id
    from listed
    where listed.learning_standard_id is not null
)

select * from named
