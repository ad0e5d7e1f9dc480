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

numbered as (
    select
        renamed.assessment_identifier,
        renamed.namespace,
        renamed.objective_code,
        renamed.objective_description,
        renamed.nomenclature,
        renamed.parent_objective_code,
        renamed.subject_code,
        renamed.max_raw_score,
        renamed._record_key,
        renamed._loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by renamed.assessment_identifier, renamed.namespace, renamed.objective_code
            order by renamed._load_id desc, renamed._record_key
        ) as version_number
    from renamed
),

newest as (
    select
        numbered.assessment_identifier,
        numbered.namespace,
        numbered.objective_code,
        numbered.objective_description,
        numbered.nomenclature,
        numbered.parent_objective_code,
        numbered.subject_code,
        numbered.max_raw_score,
        numbered._record_key,
        numbered._loaded_at
    from numbered
    where numbered.version_number = 1
)

select * from newest
