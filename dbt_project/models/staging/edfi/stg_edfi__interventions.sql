-- One row per intervention of an education organisation.
with

interventions as (
    {{ current_rows(source('edfi', 'interventions')) }}
),

renamed as (
    select
        {{ json_text('payload', ['educationOrganizationReference', 'educationOrganizationId']) }}
            as education_organization_id,
        {{ json_text('payload', ['interventionIdentificationCode']) }} as intervention_id,
        {{ descriptor_code(json_text('payload', ['interventionClassDescriptor'])) }}
            as intervention_class_code,
        {{ descriptor_code(json_text('payload', ['deliveryMethodDescriptor'])) }}
            as delivery_method_code,
        {{ safe_date(json_text('payload', ['beginDate'])) }} as begin_date,
        {{ safe_date(json_text('payload', ['endDate'])) }} as end_date,
        {{ safe_numeric(json_text('payload', ['minDosage'])) }} as minimum_dosage,
        {{ safe_numeric(json_text('payload', ['maxDosage'])) }} as maximum_dosage,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from interventions
),

newest as (
    {{ newest_version('renamed', ['education_organization_id', 'intervention_id'], {
        'intervention_key':
            natural_key('interventions', ['education_organization_id', 'intervention_id']),
    }) }}
)

select * from newest
