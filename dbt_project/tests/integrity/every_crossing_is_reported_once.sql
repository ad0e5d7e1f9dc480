{{ config(meta={'owner': 'data-platform'}) }}
-- What it finds: crossings of the latest day that was run which the report lacks.
-- When it matters: a join of the report loses students, and nobody is alerted about them.
-- How to resolve: look whether the student stands in risk_tiers and dim_student. A run of an
--   earlier day reports no crossing, and that is meant.
with

crossings as (
    select * from {{ ref('risk_tier_crossings') }}
),

observations as (
    select * from {{ ref('risk_tier_observations') }}
),

reported as (
    select * from {{ ref('rpt_tier_crossings') }}
),

latest_run as (
    select max(observations.as_of_date) as as_of_date
    from observations
),

missing as (
    select
        crossings.student_key,
        crossings.changed_on,
        crossings.tier
    from crossings
    inner join latest_run
        on latest_run.as_of_date <= crossings.as_of_date
    left join reported
        on reported.crossing_key
        = {{ surrogate_key(['crossings.student_key', 'crossings.changed_on', 'crossings.tier']) }}
    where reported.crossing_key is null
)

select * from missing
