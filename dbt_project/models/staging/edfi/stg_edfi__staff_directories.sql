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

numbered as (
    select
        {{ natural_key('staffs', ['staff_id']) }} as staff_key,
        staff_id,
        education_organization_id,
        email_address,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by staff_id, education_organization_id
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        staff_key,
        staff_id,
        education_organization_id,
        email_address,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
