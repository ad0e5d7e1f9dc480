-- One row per part of an assessment (objective, domain, standard group).
with

objective_assessments as (
    {{ current_rows(source('edfi', 'objective_assessments')) }}
),

renamed as (
    select
        {{ json_text('payload', ['assessmentReference', 'assessmentIdentifier']) }}
            as assessment_identifier,
        {{ json_text('payload', ['assessmentReference', 'namespace']) }} as namespace,
        {{ json_text('payload', 'identificationCode') }} as objective_code,
        {{ json_text('payload', 'description') }} as objective_description,
        {{ json_text('payload', 'nomenclature') }} as nomenclature,
        {{ json_text('payload', ['parentObjectiveAssessmentReference', 'identificationCode']) }}
            as parent_objective_code,
        {{ descriptor_code(json_text('payload', 'academicSubjectDescriptor')) }} as subject_code,
        {{ safe_numeric(json_text('payload', 'maxRawScore')) }} as max_raw_score,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from objective_assessments
),

newest as (
    {{ newest_version('renamed', ['assessment_identifier', 'namespace', 'objective_code']) }}
)

select * from newest
