-- One row per trained model, published or not.
with

models as (
    select * from {{ source('ml', 'models') }}
    where district_code = {{ district_code() }}
),

renamed as (
    select
        models.model_id,
        models.state,
        models.algorithm,
        models.as_of_date,
        models.train_from as trained_from_date,
        models.train_to as trained_to_date,
        models.code_version,
        {{ json_failed_checks('models.gate') }} as refusal_reasons,
        models.trained_at
    from models
)

select * from renamed
