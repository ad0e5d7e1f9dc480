{{ config(severity='warn', meta={'owner': 'assessment'}) }}
-- What it finds: a source of test results, or one of several accounts, of which no id column is
--   trusted: nothing of it has a student.
-- When it matters: the whole file waits in the queue.
-- How to resolve: fct_assessment_id_match_rate shows per id column how often the id is found
--   and how often birth date or name agrees; ask the vendor for an export with the district's
--   own student id.
with

rates as (
    select * from {{ ref('int_assessment__id_match_rates') }}
),

counted as (
    select
        rates.source,
        rates.source_instance,
        max(rates.result_count) as result_count,
        max(rates.found_rate) as best_found_rate,
        max(rates.agreement_rate) as best_agreement_rate
    from rates
    group by rates.source, rates.source_instance
    having max(case when rates.is_used then 1 else 0 end) = 0
)

select * from counted
