-- One row per trained model, and per figure of its evaluation over all students: the model beside
-- its baselines, whether it is published, and if not, why.
with

models as (
    select * from {{ ref('stg_ml__models') }}
    where as_of_date <= {{ as_of_date() }}
),

evaluations as (
    select * from {{ ref('stg_ml__evaluations') }}
    where group_name = 'all'
),

joined as (
    select
        {{ surrogate_key([
            'models.model_id', 'evaluations.split', 'evaluations.compared', 'evaluations.outcome',
            'evaluations.metric',
        ]) }} as model_figure_key,
        models.model_id,
        models.state,
        models.state = 'champion' as is_published,
        models.refusal_reasons,
        models.algorithm,
        models.as_of_date as model_as_of_date,
        models.trained_from_date,
        models.trained_to_date,
        models.trained_at,
        -- a model that was refused before it could be measured has no figures
        evaluations.split,
        evaluations.compared,
        evaluations.outcome,
        evaluations.metric,
        evaluations.value,
        evaluations.low,
        evaluations.high,
        evaluations.row_count,
        evaluations.positive_count,
        {{ as_of_date() }} as as_of_date
    from models
    left join evaluations
        on evaluations.model_id = models.model_id
)

select * from joined
