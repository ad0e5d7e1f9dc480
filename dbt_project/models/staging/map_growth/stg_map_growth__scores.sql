-- One row per MAP Growth test and score.
with

tests as (
    select * from {{ ref('stg_map_growth__tests') }}
),

scores as (
    select
        'map_growth' as source,
        tests.result_id,
        tests.source_instance,
        score.method_code,
        score.value_text,
        score.value_num
    from tests
    cross join lateral {{ unpivot([
        ["'test_rit_score'", "tests.test_rit_score_text", "tests.test_rit_score"],
        ["'test_percentile'", "tests.test_percentile_text", "tests.test_percentile"],
        ["'achievement_quintile'", "tests.achievement_quintile", "cast(null as numeric)"],
        ["'lexile_score'", "tests.lexile_text", safe_numeric('tests.lexile_text')],
        ["'quantile_score'", "tests.quantile_text", safe_numeric('tests.quantile_text')],
    ]) }} as score (method_code, value_text, value_num)
    where score.value_text is not null
)

select * from scores
