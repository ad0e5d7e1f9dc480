-- One row per Star test and growth percentile; the vendor's current growth percentile stands as
-- growth of an unknown pair beside those of the pairs.
with

results as (
    select * from {{ ref('stg_star__results') }}
),

growth as (
    select
        'star' as source,
        results.result_id,
        results.source_instance,
        measured.from_window,
        measured.to_window,
        measured.growth_percentile
    from results
    cross join lateral {{ unpivot([
        ["'fall'", "'fall'", "results.sgp_fall_fall"],
        ["'fall'", "'winter'", "results.sgp_fall_winter"],
        ["'fall'", "'spring'", "results.sgp_fall_spring"],
        ["'spring'", "'fall'", "results.sgp_spring_fall"],
        ["'spring'", "'spring'", "results.sgp_spring_spring"],
        ["'winter'", "'spring'", "results.sgp_winter_spring"],
        ["'unknown'", "'unknown'", "results.current_sgp"],
    ]) }} as measured (from_window, to_window, growth_percentile)
    where measured.growth_percentile is not null
)

select * from growth
