-- One row per student and intervention.
with

student_intervention_associations as (
    {{ current_rows(source('edfi', 'student_intervention_associations')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['interventionReference', 'educationOrganizationId']) }}
            as education_organization_id,
        {{ json_text('payload', ['interventionReference', 'interventionIdentificationCode']) }}
            as intervention_id,
        {{ safe_numeric(json_text('payload', ['dosage'])) }} as dosage,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_intervention_associations
),

numbered as (
    select
        {{ natural_key('students', ['student_id']) }} as student_key,
        {{ natural_key('interventions', ['education_organization_id', 'intervention_id']) }}
            as intervention_key,
        student_id,
        education_organization_id,
        intervention_id,
        dosage,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by student_id, education_organization_id, intervention_id
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        student_key,
        intervention_key,
        student_id,
        education_organization_id,
        intervention_id,
        dosage,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
