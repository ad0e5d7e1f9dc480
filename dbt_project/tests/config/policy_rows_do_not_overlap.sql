{{ config(meta={'owner': 'data-platform'}) }}
-- What it finds: two rows for the same district, grade band and name that both claim a day: they
--   begin on the same day, or the earlier one names a last day that lies inside the later one. A
--   row without a last day is no claim: the next row replaces it.
-- When it matters: nobody could say which number decided, and reports of that time would disagree.
-- How to resolve: set effective_to of the earlier row to the day before the later one begins, or
--   leave it empty.
with

risk_policy as (
    select * from {{ ref('risk_policy') }}
),

numbered as (
    select
        risk_policy.district_code,
        risk_policy.grade_band,
        risk_policy.policy_name,
        risk_policy.effective_from,
        risk_policy.effective_to,
        row_number() over (
            partition by risk_policy.district_code, risk_policy.grade_band, risk_policy.policy_name
            order by risk_policy.effective_from, risk_policy.value
        ) as row_position
    from risk_policy
),

overlapping as (
    select
        earlier.district_code,
        earlier.grade_band,
        earlier.policy_name,
        earlier.effective_from,
        earlier.effective_to,
        later.effective_from as later_effective_from
    from numbered as earlier
    inner join numbered as later
        on later.district_code = earlier.district_code
        and later.grade_band = earlier.grade_band
        and later.policy_name = earlier.policy_name
        and later.row_position > earlier.row_position
    where later.effective_from = earlier.effective_from
        or later.effective_from <= earlier.effective_to
),

ends_before_it_begins as (
    select
        risk_policy.district_code,
        risk_policy.grade_band,
        risk_policy.policy_name,
        risk_policy.effective_from,
        risk_policy.effective_to,
        cast(null as date) as later_effective_from
    from risk_policy
    where risk_policy.effective_to < risk_policy.effective_from
),

findings as (
    select * from overlapping
    union all
    select * from ends_before_it_begins
)

select * from findings
