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

newest as (
    {{ newest_version('renamed', ['assessment_identifier', 'namespace']) }}
)

select * from newest
