{{ config(meta={'owner': 'assessment'}) }}
-- What it finds: students whose assessment indicator shows a percentile that none of their latest
--   valid results has.
-- When it matters: the flag rests on a result that the mart says does not decide.
-- How to resolve: both put the results of a subject in order; make risk_indicator__assessment and
--   fct_assessment_result order them alike.
with

indicators as (
    select * from {{ ref('risk_indicator__assessment') }}
    where value is not null
),

latest_results as (
    select * from {{ ref('fct_assessment_result') }}
    where is_latest_valid
),

apart as (
    select
        indicators.student_key,
        indicators.value as percentile,
        indicators.evidence_to
    from indicators
    left join latest_results
        on latest_results.student_key = indicators.student_key
        and latest_results.percentile = indicators.value
    where latest_results.student_key is null
)

select * from apart
