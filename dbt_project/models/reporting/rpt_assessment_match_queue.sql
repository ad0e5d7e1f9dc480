-- One row per source and reason: test results whose student could not be told beyond doubt. Counts
-- only; the rows themselves stay in the mart.
with

unmatched as (
    select * from {{ ref('fct_assessment_unmatched') }}
),

counted as (
    select
        unmatched.source,
        unmatched.reason,
        cast(count(*) as integer) as result_count,
        {{ as_of_date() }} as as_of_date
    from unmatched
    group by unmatched.source, unmatched.reason
)

select * from counted
