-- One row per staff member and education organisation that lists ways to reach them.
with

staff_directories as (
    {{ current_rows(source('edfi', 'staff_directories')) }}
),

renamed as (
    select
        {{ json_text('payload', ['staffReference', 'staffUniqueId']) }} as staff_id,
        {{ json_text('payload', ['educationOrganizationReference', 'educationOrganizationId']) }}
            as education_organization_id,
        {{ json_text('payload', ['electronicMails', '0', 'electronicMailAddress']) }}
            as email_address,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from staff_directories
),

newest as (
    {{ newest_version('renamed', ['staff_id', 'education_organization_id'], {
        'staff_key': natural_key('staffs', ['staff_id']),
    }) }}
)

select * from newest
