-- One row per staff member known to the source.
with

members as (
    select * from {{ ref('can_staff') }}
),

selected as (
    select
        staff_key,
        staff_id,
        first_name,
        last_name as last_surname,
        email_address
    from members
)

select * from selected
