{{ config(severity='warn', meta={'owner': 'data-platform'}) }}
-- What it finds: a reason for missing data that the seed indicator_gaps has no words for.
-- When it matters: a principal reads a code instead of a sentence.
-- How to resolve: add a row for the indicator and code to seeds/policy/indicator_gaps.csv.
with

indicators as (
    select * from {{ ref('risk_indicators') }}
),

gaps as (
    select * from {{ ref('indicator_gaps') }}
),

unworded as (
    select
        indicators.indicator,
        indicators.reason_code,
        count(*) as student_count
    from indicators
    left join gaps
        on gaps.indicator = indicators.indicator
        and gaps.reason_code = indicators.reason_code
    where indicators.flag in ('insufficient_data', 'not_applicable')
        and gaps.reason_code is null
    group by indicators.indicator, indicators.reason_code
)

select * from unworded
