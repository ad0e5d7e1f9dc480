-- One row per student and day on which the three-level view changed: the tier history with the
-- steps inside one level (Some Risk to At Risk) left out.
with

history as (
    select * from {{ ref('risk_tier_history') }}
),

tier_ladder as (
    select * from {{ ref('tier_ladder') }}
),

levels as (
    select
        history.student_key,
        history.changed_on,
        history.cause,
        coalesce(new_rung.risk_level, history.tier) as risk_level,
        coalesce(old_rung.risk_level, history.previous_tier) as previous_risk_level
    from history
    left join tier_ladder as new_rung
        on new_rung.rule_tier = history.tier
    left join tier_ladder as old_rung
        on old_rung.rule_tier = history.previous_tier
),

changes as (
    select
        levels.student_key,
        levels.changed_on,
        levels.risk_level,
        levels.previous_risk_level,
        levels.cause
    from levels
    where levels.risk_level is distinct from levels.previous_risk_level
)

select * from changes
