-- One row per MAP Growth test and growth percentile of a pair of terms.
with

tests as (
    select * from {{ ref('stg_map_growth__tests') }}
),

growth as (
    select
        'map_growth' as source,
        tests.result_id,
        tests.source_instance,
        measured.from_window,
        measured.to_window,
        measured.growth_percentile
    from tests
    cross join lateral {{ unpivot([
        ["'fall'", "'fall'", "tests.fall_to_fall_growth_percentile"],
        ["'fall'", "'winter'", "tests.fall_to_winter_growth_percentile"],
        ["'fall'", "'spring'", "tests.fall_to_spring_growth_percentile"],
        ["'winter'", "'winter'", "tests.winter_to_winter_growth_percentile"],
        ["'winter'", "'spring'", "tests.winter_to_spring_growth_percentile"],
        ["'spring'", "'spring'", "tests.spring_to_spring_growth_percentile"],
    ]) }} as measured (from_window, to_window, growth_percentile)
    where measured.growth_percentile is not null
)

select * from growth
