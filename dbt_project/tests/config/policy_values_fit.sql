{{ config(meta={'owner': 'data-platform'}) }}
-- What it finds: a value that is not of its policy's type (policy_names.value_type) or lies outside
--   its sensible range, e.g. "10%" or 0.10 where a percent is meant.
-- When it matters: a threshold a hundred times too low flags every student.
-- How to resolve: write numbers bare ("10", not "10 %"), booleans as true or false; if the range is
--   too narrow for your district, widen it in policy_names.
with

risk_policy as (
    select * from {{ ref('risk_policy') }}
),

policy_names as (
    select * from {{ ref('policy_names') }}
),

typed as (
    select
        risk_policy.district_code,
        risk_policy.grade_band,
        risk_policy.policy_name,
        risk_policy.value,
        policy_names.value_type,
        policy_names.lowest,
        policy_names.highest,
        {{ safe_numeric('risk_policy.value') }} as number_value
    from risk_policy
    inner join policy_names
        on policy_names.policy_name = risk_policy.policy_name
),

unfit as (
    select
        typed.district_code,
        typed.grade_band,
        typed.policy_name,
        typed.value,
        typed.value_type,
        typed.lowest,
        typed.highest,
        typed.number_value
    from typed
    where (typed.value_type = 'boolean' and typed.value not in ('true', 'false'))
        or (typed.value_type != 'boolean' and typed.number_value is null)
        or (typed.value_type = 'integer' and typed.number_value != floor(typed.number_value))
        or typed.number_value < typed.lowest
        or typed.number_value > typed.highest
)

select * from unfit
