-- One row per Star test and score.
with

results as (
    select * from {{ ref('stg_star__results') }}
),

scores as (
    select
        'star' as source,
        results.result_id,
        results.source_instance,
        score.method_code,
        score.value_text,
        score.value_num
    from results
    cross join lateral {{ unpivot([
        ["'scaled_score'", "results.scaled_score_text", "results.scaled_score"],
        [
            "'unified_score'",
            "results.unified_score_text",
            safe_numeric('results.unified_score_text'),
        ],
        ["'percentile_rank'", "results.percentile_rank_text", "results.percentile_rank"],
        [
            "'normal_curve_equivalent'",
            "results.normal_curve_equivalent_text",
            safe_numeric('results.normal_curve_equivalent_text'),
        ],
        [
            "'grade_equivalent'",
            "results.grade_equivalent_text",
            safe_numeric('results.grade_equivalent_text'),
        ],
        ["'lexile'", "results.lexile_text", safe_numeric('results.lexile_text')],
        ["'quantile'", "results.quantile_text", safe_numeric('results.quantile_text')],
    ]) }} as score (method_code, value_text, value_num)
    where score.value_text is not null
)

select * from scores
