-- One row per group of students (the district, a school, a grade band, a school's grade band) and
-- tier: its share, the policy's target, and the indicator that flags most.
with

tiers as (
    select * from {{ ref('risk_tiers') }}
),

indicators as (
    select * from {{ ref('risk_indicators') }}
    where flag in ('yellow', 'red')
),

tier_ladder as (
    select * from {{ ref('tier_ladder') }}
),

schools as (
    select * from {{ ref('dim_school') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

tiered as (
    select
        tiers.student_key,
        tiers.rule_tier,
        coalesce(schools.school_id, 'unknown') as school_id,
        coalesce(tiers.grade_band, 'unknown') as grade_band,
        case when tiers.yellow_count + tiers.red_count > 0 then 1 else 0 end as is_flagged
    from tiers
    left join schools
        on schools.school_key = tiers.school_key
    -- who has no tier is no part of the shares; rpt_data_readiness counts them
    where tiers.tier_rank is not null
),

grouped as (
    select
        case
            when grouping(tiered.school_id) = 0 and grouping(tiered.grade_band) = 0
                then 'school and grade band'
            when grouping(tiered.school_id) = 0 then 'school'
            when grouping(tiered.grade_band) = 0 then 'grade band'
            else 'district'
        end as group_level,
        coalesce(tiered.school_id, 'all') as school_id,
        coalesce(tiered.grade_band, 'all') as grade_band,
        count(*) as student_count,
        sum(tiered.is_flagged) as flagged_count,
        sum(case when tiered.rule_tier = 'Low Risk' then 1 else 0 end) as low_count,
        sum(case when tiered.rule_tier = 'Some Risk' then 1 else 0 end) as some_count,
        sum(case when tiered.rule_tier = 'At Risk' then 1 else 0 end) as at_count,
        sum(case when tiered.rule_tier = 'High Risk' then 1 else 0 end) as high_count
    from tiered
    group by cube (tiered.school_id, tiered.grade_band)
    -- cube has a row for everything even when there is nothing
    having count(*) > 0
),

flagged as (
    select
        coalesce(tiered.school_id, 'all') as school_id,
        coalesce(tiered.grade_band, 'all') as grade_band,
        indicators.indicator,
        count(*) as flagged_count
    from tiered
    inner join indicators
        on indicators.student_key = tiered.student_key
    group by cube (tiered.school_id, tiered.grade_band, indicators.indicator)
    having grouping(indicators.indicator) = 0
),

ranked as (
    select
        flagged.school_id,
        flagged.grade_band,
        flagged.indicator,
        row_number() over (
            partition by flagged.school_id, flagged.grade_band
            order by
                flagged.flagged_count desc,
                case flagged.indicator
                    {%- for indicator in indicators() %}
                        when '{{ indicator }}' then {{ loop.index }}
                    {%- endfor %}
                end
        ) as preference
    from flagged
),

by_tier as (
    select
        grouped.group_level,
        grouped.school_id,
        grouped.grade_band,
        tier_ladder.rule_tier,
        tier_ladder.tier_rank,
        grouped.student_count,
        grouped.flagged_count,
        case tier_ladder.rule_tier
            when 'Low Risk' then grouped.low_count
            when 'Some Risk' then grouped.some_count
            when 'At Risk' then grouped.at_count
            else grouped.high_count
        end as tier_student_count,
        case tier_ladder.rule_tier
            when 'Low Risk' then policy.calibration_low_risk_min_pct
            when 'Some Risk' then policy.calibration_some_risk_min_pct
            when 'At Risk' then policy.calibration_at_risk_min_pct
            else policy.calibration_high_risk_min_pct
        end as target_min_pct,
        case tier_ladder.rule_tier
            when 'Low Risk' then policy.calibration_low_risk_max_pct
            when 'Some Risk' then policy.calibration_some_risk_max_pct
            when 'At Risk' then policy.calibration_at_risk_max_pct
            else policy.calibration_high_risk_max_pct
        end as target_max_pct,
        policy.calibration_any_flag_max_pct,
        ranked.indicator as leading_indicator
    from grouped
    cross join tier_ladder
    inner join policy
        -- a group of several bands, or of none known, has the district's numbers
        on policy.grade_band
        = case when grouped.grade_band in ('all', 'unknown') then '*' else grouped.grade_band end
    left join ranked
        on ranked.school_id = grouped.school_id
        and ranked.grade_band = grouped.grade_band
        and ranked.preference = 1
    where tier_ladder.tier_rank is not null
),

measured as (
    select
        by_tier.group_level,
        by_tier.school_id,
        by_tier.grade_band,
        by_tier.rule_tier,
        by_tier.tier_rank,
        cast(by_tier.student_count as integer) as student_count,
        cast(by_tier.tier_student_count as integer) as tier_student_count,
        cast(by_tier.tier_student_count as numeric) * 100 / by_tier.student_count as share_pct,
        by_tier.target_min_pct,
        by_tier.target_max_pct,
        cast(by_tier.flagged_count as numeric) * 100 / by_tier.student_count as any_flag_pct,
        by_tier.calibration_any_flag_max_pct as any_flag_max_pct,
        by_tier.leading_indicator
    from by_tier
),

judged as (
    select
        measured.group_level,
        measured.school_id,
        measured.grade_band,
        measured.rule_tier,
        measured.tier_rank,
        measured.student_count,
        measured.tier_student_count,
        measured.share_pct,
        measured.target_min_pct,
        measured.target_max_pct,
        measured.share_pct between measured.target_min_pct and measured.target_max_pct
            as is_on_target,
        measured.any_flag_pct,
        measured.any_flag_max_pct,
        measured.any_flag_pct > measured.any_flag_max_pct as is_overflagged,
        measured.leading_indicator,
        {{ as_of_date() }} as as_of_date
    from measured
)

select * from judged
