-- One row per result, part of the test (objective, standard, domain, skill area, goal) and
-- score. Rows whose test was not delivered have no result key: they wait in the queue.
with

unioned as (
    select * from {{ ref('stg_edfi__assessment_objective_results') }}
    union all
    select * from {{ ref('stg_star__objective_results') }}
    union all
    select * from {{ ref('stg_map_growth__objective_results') }}
    union all
    select * from {{ ref('stg_iready__objective_results') }}
),

results as (
    select * from {{ ref('int_assessment__results') }}
),

keyed as (
    select
        {{ surrogate_key([
            'unioned.source', 'unioned.feed', 'coalesce(unioned.result_id, unioned.detail_id)',
            'unioned.scope', 'unioned.scope_code', 'unioned.method_code'
        ]) }} as assessment_objective_result_key,
        results.assessment_result_key,
        results.student_key,
        unioned.source,
        unioned.feed,
        unioned.detail_id,
        results.assessment_identifier,
        results.subject,
        results.administered_on,
        coalesce(results.is_valid, false) as is_valid,
        unioned.scope,
        unioned.scope_code,
        unioned.scope_name,
        unioned.method_code,
        unioned.value_text,
        unioned.value_num,
        unioned.level_code,
        unioned._loaded_at
    from unioned
    left join results
        on results.source = unioned.source
        and results.result_id = unioned.result_id
)

select * from keyed
