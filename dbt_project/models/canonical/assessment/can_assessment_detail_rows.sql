-- One row per row of a file that only holds parts of tests (standards, skill areas), with the key
-- of the test it belongs to; none where that test was not delivered. Parts that come inside a
-- result's own row are counted with that row.
with

unioned as (
    {{ told_by_sources('assessment_detail_rows', {
        'source': 'text',
        'feed': 'text',
        'detail_id': 'text',
        'result_id': 'text',
        'source_instance': 'text',
        '_source_ref': 'text',
        '_loaded_at': 'timestamptz',
    }) }}
),

keyed as (
    select
        unioned.source,
        unioned.feed,
        unioned.detail_id,
        case
            when unioned.result_id is not null
                then {{ surrogate_key(['unioned.source', 'unioned.result_id']) }}
        end as assessment_result_key,
        unioned.source_system,
        unioned.source_instance,
        unioned._source_ref,
        unioned._loaded_at
    from unioned
)

select * from keyed
