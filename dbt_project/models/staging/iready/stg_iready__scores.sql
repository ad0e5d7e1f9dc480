-- One row per i-Ready diagnostic and score.
with

diagnostic_results as (
    select * from {{ ref('stg_iready__diagnostic_results') }}
),

scores as (
    select
        'iready' as source,
        diagnostic_results.result_id,
        diagnostic_results.source_instance,
        score.method_code,
        score.value_text,
        score.value_num
    from diagnostic_results
    cross join lateral {{ unpivot([
        [
            "'overall_scale_score'",
            "diagnostic_results.overall_scale_score_text",
            "diagnostic_results.overall_scale_score",
        ],
        ["'percentile'", "diagnostic_results.percentile_text", "diagnostic_results.percentile"],
        ["'overall_placement'", "diagnostic_results.overall_placement", "cast(null as numeric)"],
        [
            "'lexile_measure'",
            "diagnostic_results.lexile_text",
            safe_numeric('diagnostic_results.lexile_text'),
        ],
        [
            "'quantile_measure'",
            "diagnostic_results.quantile_text",
            safe_numeric('diagnostic_results.quantile_text'),
        ],
    ]) }} as score (method_code, value_text, value_num)
    where score.value_text is not null
)

select * from scores
