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

numbered as (
    select
        {{ natural_key('staffs', ['staff_id']) }} as staff_key,
        staff_id,
        education_organization_id,
        classification_code,
        position_title,
        begin_date,
        end_date,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by staff_id, education_organization_id, classification_code, begin_date
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        staff_key,
        staff_id,
        education_organization_id,
        classification_code,
        position_title,
        begin_date,
        end_date,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
