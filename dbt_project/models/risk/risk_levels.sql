-- One row per student that the rules judge: the three-level view of the tier. Derived, never stored
-- as a result of its own.
with

tiers as (
    select * from {{ ref('risk_tiers') }}
),

tier_ladder as (
    select * from {{ ref('tier_ladder') }}
),

levels as (
    select
        tiers.student_key,
        tiers.rule_tier,
        -- what is not known is said in the tier's own words, never left blank
        coalesce(tier_ladder.risk_level, tiers.rule_tier) as risk_level,
        tiers.as_of_date
    from tiers
    inner join tier_ladder
        on tier_ladder.rule_tier = tiers.rule_tier
)

select * from levels
