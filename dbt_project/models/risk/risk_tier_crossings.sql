-- One row per student whose tier is worse than at the last run before the as-of date, or who is
-- first known to be at risk now: what an alert may be about. The first run of a district crosses
-- nothing.
with

history as (
    select * from {{ ref('risk_tier_history') }}
),

tiers as (
    select * from {{ ref('risk_tiers') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

crossings as (
    select
        tiers.student_key,
        tiers.school_key,
        history.changed_on,
        history.tier,
        history.previous_tier,
        history.direction,
        tiers.reasons,
        tiers.policy_version,
        tiers.as_of_date
    from history
    inner join tiers
        on tiers.student_key = history.student_key
        and tiers.as_of_date = history.changed_on
    inner join policy
        on policy.grade_band = coalesce(tiers.grade_band, '*')
    where history.direction = 'up'
        or (
            history.direction in ('now_known', 'entered')
            and tiers.tier_rank >= policy.alert_when_first_known_rank
        )
)

select * from crossings
