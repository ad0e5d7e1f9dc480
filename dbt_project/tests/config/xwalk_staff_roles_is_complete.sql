{{ config(severity='warn', meta={'owner': 'human-resources'}) }}
-- What it finds: a staff position without a row in the crosswalk of roles.
-- When it matters: the person's role is `unmapped`, and rules about who may see whom cannot use
--   it.
-- How to resolve: add a row for the code to seeds/xwalk/xwalk_staff_roles.csv, with the district's
--   code, or with * when it means the same everywhere.
with

assignments as (
    select * from {{ ref('int_staff__assignments') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_staff_roles'), ['role_code']) }}
),

unmapped as (
    select
        assignments.role_code,
        count(*) as row_count
    from assignments
    left join crosswalk
        on crosswalk.role_code = assignments.role_code
    where assignments.role_code is not null
        and crosswalk.role_code is null
    group by assignments.role_code
)

select * from unmapped
