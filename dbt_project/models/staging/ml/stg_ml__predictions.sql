-- One row per student and as-of date: what a model expects of the next grading period.
with

predictions as (
    select * from {{ source('ml', 'predictions') }}
),

renamed as (
    select
        predictions.student_key,
        predictions.as_of_date,
        predictions.model_id,
        cast(predictions.probability as numeric) as probability,
        cast(predictions.probability_fails_course as numeric) as probability_fails_course,
        cast(predictions.probability_becomes_chronic as numeric) as probability_becomes_chronic,
        predictions.ml_tier,
        {{ json_texts('predictions.reasons', '; ') }} as reasons,
        predictions.predicted_at
    from predictions
)

select * from renamed
