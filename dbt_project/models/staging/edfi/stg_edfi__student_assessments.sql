-- One row per result of a student, whether the student was tested or not.
with

student_assessments as (
    {{ current_rows(source('edfi', 'student_assessments')) }}
),

renamed as (
    select
        -- the record key is the API's id of the result: stable when its natural key changes
        record_key as result_id,
        coalesce(instance, '') as source_instance,
        {{ json_text('payload', 'studentAssessmentIdentifier') }} as student_assessment_identifier,
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['assessmentReference', 'assessmentIdentifier']) }}
            as assessment_identifier,
        {{ json_text('payload', ['assessmentReference', 'namespace']) }} as namespace,
        cast(
            {{ safe_numeric(json_text('payload', ['schoolYearTypeReference', 'schoolYear'])) }}
            as integer
        ) as reported_school_year,
        {{ descriptor_code(json_text('payload', ['period', 'assessmentPeriodDescriptor'])) }}
            as assessment_period_code,
        -- data standard 6 has a name of its own for the grade
        coalesce(
            {{ descriptor_code(json_text('payload', 'whenAssessedGradeLevelDescriptor')) }},
            {{ descriptor_code(json_text('payload', 'assessedGradeLevelDescriptor')) }}
        ) as test_grade_code,
        {{ descriptor_code(json_text('payload', 'reasonNotTestedDescriptor')) }}
            as reason_not_tested_code,
        {{ descriptor_code(json_text('payload', 'eventCircumstanceDescriptor')) }}
            as event_circumstance_code,
        {{ descriptor_code(json_text('payload', 'retestIndicatorDescriptor')) }}
            as retest_indicator_code,
        {{ descriptor_code(json_text('payload', 'administrationLanguageDescriptor')) }}
            as language_code,
        {{ local_date(json_text('payload', 'administrationDate')) }} as administered_on,
        {{ local_time(json_text('payload', 'administrationDate')) }} as test_time,
        source_ref as _source_ref,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_assessments
),

newest as (
    {{ newest_version('renamed', [
        'student_assessment_identifier', 'student_id', 'assessment_identifier', 'namespace',
    ], tie='result_id') }}
)

select * from newest
