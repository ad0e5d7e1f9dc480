-- One row per result and pair of windows with a growth percentile, the vendor's own; preference
-- 1 is the one that speaks for the result: of the pairs that end in the season of the test the
-- crosswalk's first, else the growth whose pair the vendor does not say.
with

unioned as (
    {{ told_by_sources('assessment_growth', {
        'source': 'text',
        'result_id': 'text',
        'source_instance': 'text',
        'from_window': 'text',
        'to_window': 'text',
        'growth_percentile': 'numeric',
    }) }}
),

results as (
    select * from {{ ref('can_assessment_results') }}
),

pairs as (
    {{ district_rows(ref('xwalk_assessment_growth_pairs'), ['from_window', 'to_window']) }}
),

-- a window of the district's own is of the one season that its name holds: Late Fall, Fall 2026
seasons as (
    select
        results.assessment_result_key,
        results.source,
        results.result_id,
        case
            when {{ words('results.window_name') }} like '% fall %' then 'fall'
            when {{ words('results.window_name') }} like '% winter %' then 'winter'
            when {{ words('results.window_name') }} like '% spring %' then 'spring'
        end as season
    from results
),

fitting as (
    select
        seasons.assessment_result_key,
        unioned.from_window,
        unioned.to_window,
        unioned.growth_percentile,
        unioned.source_system,
        unioned.source_instance,
        row_number() over (
            partition by seasons.assessment_result_key
            order by
                case
                    when unioned.to_window = seasons.season then 0
                    when unioned.to_window = 'unknown' then 1
                    else 2
                end,
                pairs.preference nulls last,
                unioned.from_window,
                unioned.to_window
        ) as preference
    from unioned
    inner join seasons
        on seasons.source = unioned.source
        and seasons.result_id = unioned.result_id
    left join pairs
        on pairs.from_window = unioned.from_window
        and pairs.to_window = unioned.to_window
    -- without a season any pair may be the test's; with one only those that end in it
    where unioned.to_window in ('unknown', seasons.season)
        or seasons.season is null
)

select * from fitting
