-- One row per grade band and policy name: the value in force on the as-of date for this district.
with

policy_names as (
    select * from {{ ref('policy_names') }}
),

grade_bands as (
    select * from {{ ref('grade_bands') }}
),

risk_policy as (
    select * from {{ ref('risk_policy') }}
),

candidates as (
    select
        grade_bands.grade_band,
        risk_policy.policy_name,
        risk_policy.value as policy_value,
        risk_policy.unit,
        risk_policy.effective_from,
        risk_policy.district_code as policy_district_code,
        risk_policy.grade_band as policy_grade_band,
        -- the district's own row beats the default, then the band's row beats the default; a later
        -- row replaces an earlier one, so a change is one new row and history keeps the old number
        row_number() over (
            partition by grade_bands.grade_band, risk_policy.policy_name
            order by
                case when risk_policy.district_code = '*' then 1 else 0 end,
                case when risk_policy.grade_band = '*' then 1 else 0 end,
                risk_policy.effective_from desc,
                risk_policy.value
        ) as preference
    from grade_bands
    inner join risk_policy
        on risk_policy.grade_band in ('*', grade_bands.grade_band)
        and risk_policy.district_code in ('*', {{ district_code() }})
        and risk_policy.effective_from <= {{ as_of_date() }}
        and (risk_policy.effective_to is null or risk_policy.effective_to >= {{ as_of_date() }})
),

in_force as (
    select
        grade_bands.grade_band,
        policy_names.policy_name,
        -- null when no row holds on this date: the test of this column stops the run
        candidates.policy_value,
        candidates.unit,
        candidates.effective_from,
        candidates.policy_district_code,
        candidates.policy_grade_band
    from grade_bands
    cross join policy_names
    left join candidates
        on candidates.grade_band = grade_bands.grade_band
        and candidates.policy_name = policy_names.policy_name
        and candidates.preference = 1
)

select * from in_force
