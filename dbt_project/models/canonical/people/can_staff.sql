-- One row per staff member known to a source.
with

staff as (
    {{ union_of_sources('staff', {
        'staff_key': 'bigint',
        'staff_id': 'text',
        'first_name': 'text',
        'last_name': 'text',
        'email_address': 'text',
    }) }}
),

directories as (
    {{ union_of_sources('staff_directories', {
        'staff_key': 'bigint',
        'education_organization_id': 'text',
        'email_address': 'text',
    }) }}
),

-- a person may stand in the directories of several organisations: one address, the same each night
addresses_by_preference as (
    select
        directories.staff_key,
        directories.source_system,
        directories.source_instance,
        directories.email_address,
        row_number() over (
            partition by
                directories.staff_key, directories.source_system, directories.source_instance
            order by directories.education_organization_id, directories.email_address
        ) as preference
    from directories
    where directories.email_address is not null
),

joined as (
    select
        staff.staff_key,
        staff.staff_id,
        staff.first_name,
        staff.last_name,
        coalesce(staff.email_address, addresses_by_preference.email_address) as email_address,
        staff.source_system,
        staff.source_instance
    from staff
    left join addresses_by_preference
        on addresses_by_preference.staff_key = staff.staff_key
        and addresses_by_preference.source_system = staff.source_system
        and addresses_by_preference.source_instance = staff.source_instance
        and addresses_by_preference.preference = 1
)

select * from joined
