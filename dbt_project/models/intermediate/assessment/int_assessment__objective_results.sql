-- One row per result, part of the test (objective, standard, domain, skill area, goal) and
-- score. Rows whose test was not delivered have no result key: they wait in the queue. Where
-- several results tell one sitting, the parts of the first one that has parts are used.
with

unioned as (
    {%- for model in staging_of('assessment_objective_results').values() %}
        select * from {{ ref(model) }}
        union all
    {%- endfor %}
    select * from {{ ref('stg_star__objective_results') }}
    union all
    select * from {{ ref('stg_map_growth__objective_results') }}
    union all
    select * from {{ ref('stg_iready__objective_results') }}
    union all
    select * from {{ ref('stg_layouts__objective_results') }}
),

results as (
    select * from {{ ref('int_assessment__results') }}
),

sittings as (
    select * from {{ ref('int_assessment__sittings') }}
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
        coalesce(standing.is_valid, false) as is_standing_valid,
        sittings.rank_number,
        min(sittings.rank_number) over (partition by sittings.standing_result_key)
            as first_rank_number,
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
    left join results as standing
        on standing.assessment_result_key = results.standing_result_key
    left join sittings
        on sittings.assessment_result_key = results.assessment_result_key
),

judged as (
    select
        keyed.assessment_objective_result_key,
        keyed.assessment_result_key,
        keyed.student_key,
        keyed.source,
        keyed.feed,
        keyed.detail_id,
        keyed.assessment_identifier,
        keyed.subject,
        keyed.administered_on,
        keyed.is_standing_valid
        and coalesce(keyed.rank_number = keyed.first_rank_number, true) as is_valid,
        keyed.scope,
        keyed.scope_code,
        keyed.scope_name,
        keyed.method_code,
        keyed.value_text,
        keyed.value_num,
        keyed.level_code,
        keyed._loaded_at
    from keyed
)

select * from judged
