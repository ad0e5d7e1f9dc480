-- One row per staff member known to the source.
with

staffs as (
    select * from {{ ref('stg_edfi__staffs') }}
),

selected as (
    select
        staff_key,
        staff_id,
        first_name,
        last_name,
        email_address
    from staffs
)

select * from selected
