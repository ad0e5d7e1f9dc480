-- One row per staff member known to the source.
with

staffs as (
    select * from {{ ref('stg_edfi__staffs') }}
),

directories as (
    select * from {{ ref('stg_edfi__staff_directories') }}
    where email_address is not null
),

-- a person may stand in the directories of several organisations: one address, the same each night
addresses_by_preference as (
    select
        directories.staff_key,
        directories.email_address,
        row_number() over (
            partition by directories.staff_key
            order by directories.education_organization_id, directories._record_key
        ) as preference
    from directories
),

joined as (
    select
        staffs.staff_key,
        staffs.staff_id,
        staffs.first_name,
        staffs.last_name,
        coalesce(staffs.email_address, addresses_by_preference.email_address) as email_address
    from staffs
    left join addresses_by_preference
        on addresses_by_preference.staff_key = staffs.staff_key
        and addresses_by_preference.preference = 1
)

select * from joined
