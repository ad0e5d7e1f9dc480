-- One row per result and pair of windows with a growth percentile, the vendor's own; preference
-- 1 is the one that speaks for the result: of the pairs that end in the window of the test, the
-- crosswalk's first.
with

unioned as (
    select * from {{ ref('stg_star__growth') }}
    union all
    select * from {{ ref('stg_map_growth__growth') }}
),

results as (
    select * from {{ ref('int_assessment__all_results') }}
),

pairs as (
    {{ district_rows(ref('xwalk_assessment_growth_pairs'), ['from_window', 'to_window']) }}
),

fitting as (
    select
        results.assessment_result_key,
        unioned.from_window,
        unioned.to_window,
        unioned.growth_percentile,
        row_number() over (
            partition by results.assessment_result_key
            order by pairs.preference nulls last, unioned.from_window, unioned.to_window
        ) as preference
    from unioned
    inner join results
        on results.source = unioned.source
        and results.result_id = unioned.result_id
    left join pairs
        on pairs.from_window = unioned.from_window
        and pairs.to_window = unioned.to_window
    -- a district's own window name fits any pair; a season fits only the pairs that end in it
    where unioned.to_window in ('unknown', results.window_name)
        or results.window_name is null
        or results.window_name not in ('fall', 'winter', 'spring')
)

select * from fitting
