-- One row per staff member, organisation, classification and begin date.
with

staff_education_organization_assignment_associations as (
    {{ current_rows(source('edfi', 'staff_education_organization_assignment_associations')) }}
),

renamed as (
    select
        {{ json_text('payload', ['staffReference', 'staffUniqueId']) }} as staff_id,
        {{ json_text('payload', ['educationOrganizationReference', 'educationOrganizationId']) }}
            as education_organization_id,
        {{ descriptor_code(json_text('payload', ['staffClassificationDescriptor'])) }}
            as classification_code,
        {{ json_text('payload', ['positionTitle']) }} as position_title,
        {{ safe_date(json_text('payload', ['beginDate'])) }} as begin_date,
        {{ safe_date(json_text('payload', ['endDate'])) }} as end_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from staff_education_organization_assignment_associations
),

newest as (
    {{ newest_version('renamed', [
        'staff_id', 'education_organization_id', 'classification_code', 'begin_date',
    ], {
        'staff_key': natural_key('staffs', ['staff_id']),
    }) }}
)

select * from newest
