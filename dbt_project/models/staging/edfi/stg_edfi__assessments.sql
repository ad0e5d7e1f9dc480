-- One row per assessment (a test or one of its parts that is scored on its own).
with

assessments as (
    {{ current_rows(source('edfi', 'assessments')) }}
),

renamed as (
    select
        {{ json_text('payload', 'assessmentIdentifier') }} as assessment_identifier,
        {{ json_text('payload', 'namespace') }} as namespace,
        {{ json_text('payload', 'assessmentTitle') }} as assessment_title,
        {{ json_text('payload', 'assessmentFamily') }} as assessment_family,
        {{ descriptor_code(json_text('payload', 'assessmentCategoryDescriptor')) }}
            as assessment_category_code,
        -- several subjects in one text: a test of more than one subject has no single subject
        coalesce(
            {{ json_codes('payload', 'academicSubjects', 'academicSubjectDescriptor') }},
            {{ descriptor_code(json_text('payload', 'academicSubjectDescriptor')) }}
        ) as subject_codes,
        {{ safe_numeric(json_text('payload', 'maxRawScore')) }} as max_raw_score,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from assessments
),

numbered as (
    select
        renamed.assessment_identifier,
        renamed.namespace,
        renamed.assessment_title,
        renamed.assessment_family,
        renamed.assessment_category_code,
        renamed.subject_codes,
        renamed.max_raw_score,
        renamed._record_key,
        renamed._loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by renamed.assessment_identifier, renamed.namespace
            order by renamed._load_id desc, renamed._record_key
        ) as version_number
    from renamed
),

newest as (
    select
        numbered.assessment_identifier,
        numbered.namespace,
        numbered.assessment_title,
        numbered.assessment_family,
        numbered.assessment_category_code,
        numbered.subject_codes,
        numbered.max_raw_score,
        numbered._record_key,
        numbered._loaded_at
    from numbered
    where numbered.version_number = 1
)

select * from newest
