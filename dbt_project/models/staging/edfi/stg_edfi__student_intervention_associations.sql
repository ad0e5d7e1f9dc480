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

newest as (
    {{ newest_version('renamed', ['student_id', 'education_organization_id', 'intervention_id'], {
        'student_key': natural_key('students', ['student_id']),
        'intervention_key':
            natural_key('interventions', ['education_organization_id', 'intervention_id']),
    }) }}
)

select * from newest
