-- One row per result of any source, part of the test (objective, standard, domain, skill area,
-- goal) and score, in the source's own words. Rows whose test was not delivered have no result key:
-- they wait in the queue.
with

unioned as (
    {{ told_by_sources('assessment_objective_results', {
        'source': 'text',
        'feed': 'text',
        'result_id': 'text',
        'source_instance': 'text',
        'detail_id': 'text',
        'scope': 'text',
        'scope_code': 'text',
        'scope_name': 'text',
        'method_code': 'text',
        'value_text': 'text',
        'value_num': 'numeric',
        'level_code': 'text',
        '_loaded_at': 'timestamptz',
    }) }}
),

keyed as (
    select
        {{ surrogate_key([
            'unioned.source', 'unioned.feed', 'coalesce(unioned.result_id, unioned.detail_id)',
            'unioned.scope', 'unioned.scope_code', 'unioned.method_code'
        ]) }} as assessment_objective_result_key,
        case
            when unioned.result_id is not null
                then {{ surrogate_key(['unioned.source', 'unioned.result_id']) }}
        end as assessment_result_key,
        {{ surrogate_key([
            'unioned.scope', key_text('objective_assessments', 'unioned.scope_code')
        ]) }} as scope_key,
        unioned.source,
        unioned.feed,
        unioned.detail_id,
        unioned.source_system,
        unioned.source_instance,
        unioned.scope,
        unioned.scope_code,
        unioned.scope_name,
        unioned.method_code,
        unioned.value_text,
        unioned.value_num,
        unioned.level_code,
        unioned._loaded_at
    from unioned
)

select * from keyed
