-- One row per student that the rules judge and the published model has a prediction for, the newest
-- up to the as-of date. Empty while no model is published.
with

tiers as (
    select * from {{ ref('risk_tiers') }}
),

students as (
    select * from {{ ref('dim_student') }}
),

schools as (
    select * from {{ ref('dim_school') }}
),

predictions as (
    select * from {{ ref('stg_ml__predictions') }}
    where as_of_date <= {{ as_of_date() }}
),

-- a model that the gate has refused, or that another one has replaced, speaks for nobody
published as (
    select * from {{ ref('stg_ml__models') }}
    where state = 'champion'
),

ranked as (
    select
        predictions.student_key,
        predictions.as_of_date,
        predictions.model_id,
        predictions.probability,
        predictions.probability_fails_course,
        predictions.probability_becomes_chronic,
        predictions.ml_tier,
        predictions.reasons,
        row_number() over (
            partition by predictions.student_key order by predictions.as_of_date desc
        ) as newest_first
    from predictions
    inner join published
        on published.model_id = predictions.model_id
),

reported as (
    select
        students.student_unique_id,
        schools.school_id,
        tiers.grade_level,
        ranked.ml_tier,
        ranked.probability as ml_probability,
        ranked.probability_fails_course as ml_probability_fails_course,
        ranked.probability_becomes_chronic as ml_probability_becomes_chronic,
        ranked.reasons as ml_reasons,
        ranked.model_id as ml_model_id,
        ranked.as_of_date as ml_as_of_date,
        tiers.as_of_date
    from tiers
    inner join students
        on students.student_key = tiers.student_key
    inner join ranked
        on ranked.student_key = tiers.student_key
        and ranked.newest_first = 1
    left join schools
        on schools.school_key = tiers.school_key
)

select * from reported
