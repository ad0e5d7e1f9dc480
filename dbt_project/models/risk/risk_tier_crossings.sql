-- One row per student and day, of the last days up to the as-of date, on which the tier became
-- worse than at the run before, or the student was first known to be at risk: what an alert may be
-- about. The first run of a district crosses nothing.
--
-- Of the last days and not of the as-of date alone, because a night that failed after its tiers
-- were observed has told nobody, and the next one compares itself with that night.
with

history as (
    select * from {{ ref('risk_tier_history') }}
),

tier_ladder as (
    select * from {{ ref('tier_ladder') }}
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
        history.cause,
        tiers.reasons,
        tiers.policy_version,
        tiers.as_of_date
    from history
    inner join tier_ladder
        on tier_ladder.rule_tier = history.tier
    inner join tiers
        on tiers.student_key = history.student_key
        -- who has fallen back meanwhile is no news; who has left is not here at all
        and tiers.tier_rank >= tier_ladder.tier_rank
    inner join policy
        on policy.grade_band = coalesce(tiers.grade_band, '*')
    where history.changed_on <= tiers.as_of_date
        and history.changed_on > {{ days_before('policy.alert_max_age_days', 'tiers.as_of_date') }}
        and (
            history.direction = 'up'
            or (
                history.direction in ('now_known', 'entered')
                and tier_ladder.tier_rank >= policy.alert_when_first_known_rank
            )
        )
)

select * from crossings
