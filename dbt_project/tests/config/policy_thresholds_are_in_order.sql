{{ config(meta={'owner': 'data-platform'}) }}
-- What it finds: a red line that is easier to reach than the yellow one.
-- When it matters: no student could ever be yellow, and the tiers jump; for late attendance, that
--   nobody is warned before it no longer counts.
-- How to resolve: correct the pair of rows in the seed risk_policy for the grade band shown.
with

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

out_of_order as (
    select
        policy.grade_band,
        policy.policy_version
    from policy
    where policy.severe_absence_pct < policy.chronic_absence_pct
        or policy.attendance_stale_insufficient_days < policy.attendance_stale_warn_days
        or policy.df_red_count < policy.any_df_yellow_count
        or policy.percentile_red_below > policy.percentile_yellow_below
        or policy.incidents_red_count < policy.incidents_yellow_count
        or policy.at_risk_yellow_count < policy.some_risk_yellow_count
        or policy.high_risk_red_count < policy.at_risk_red_count
)

select * from out_of_order
