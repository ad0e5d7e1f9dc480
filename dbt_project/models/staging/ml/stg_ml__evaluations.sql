-- One row per model, split, group, subject, outcome and metric.
with

evaluations as (
    select * from {{ source('ml', 'evaluations') }}
),

renamed as (
    select
        evaluations.model_id,
        evaluations.split,
        evaluations.group_name,
        evaluations.group_value,
        -- the model itself or a baseline
        evaluations.subject as compared,
        evaluations.outcome,
        evaluations.metric,
        cast(evaluations.value as numeric) as value,
        cast(evaluations.low as numeric) as low,
        cast(evaluations.high as numeric) as high,
        evaluations.row_count,
        evaluations.positive_count
    from evaluations
)

select * from renamed
