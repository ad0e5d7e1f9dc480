{{ config(meta={'owner': 'data-platform'}) }}
-- What it finds: a policy that the models read and that no row of the seed risk_policy sets on the
--   as-of date for a grade band.
-- When it matters: the rule would have no threshold and every student would look unflagged.
-- How to resolve: add a row with district_code '*' and grade_band '*' whose effective_from lies on
--   or before the as-of date, or correct the effective_to of the last one.
with

in_force as (
    select * from {{ ref('int_policy__in_force') }}
),

missing as (
    select
        in_force.policy_name,
        in_force.grade_band,
        {{ as_of_date() }} as as_of_date
    from in_force
    where in_force.policy_value is null
)

select * from missing
