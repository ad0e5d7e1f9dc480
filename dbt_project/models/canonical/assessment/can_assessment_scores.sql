-- One row per result and reporting method of the source, with the method's meaning by crosswalk.
with

unioned as (
    {{ told_by_sources('assessment_scores', {
        'source': 'text',
        'result_id': 'text',
        'source_instance': 'text',
        'method_code': 'text',
        'value_text': 'text',
        'value_num': 'numeric',
    }) }}
),

known_methods as (
    {{ district_rows(ref('xwalk_assessment_score_methods'), ['source', 'method_code']) }}
),

layout_codes as (
    {{ told_by_sources('assessment_codes', {
        'source': 'text',
        'code_kind': 'text',
        'code': 'text',
        'meaning': 'text',
        'norm_set': 'text',
        'preference': 'integer',
    }) }}
),

layout_methods as (
    select * from layout_codes
    where code_kind = 'score_method'
),

-- what the crosswalk says wins over the layout
methods as (
    select
        known_methods.source,
        known_methods.method_code,
        known_methods.method,
        known_methods.preference,
        known_methods.norm_set
    from known_methods
    union all
    select
        layout_methods.source,
        layout_methods.code as method_code,
        layout_methods.meaning as method,
        layout_methods.preference,
        layout_methods.norm_set
    from layout_methods
    left join known_methods
        on known_methods.source = layout_methods.source
        and known_methods.method_code = layout_methods.code
    where known_methods.method_code is null
),

mapped as (
    select
        {{ surrogate_key(['unioned.source', 'unioned.result_id']) }} as assessment_result_key,
        unioned.source,
        unioned.source_system,
        unioned.source_instance,
        unioned.method_code,
        coalesce(methods.method, 'unmapped') as method,
        methods.norm_set,
        unioned.value_text,
        case
            -- a percentile outside 1 to 100 is no percentile; the text stays beside it
            when methods.method = 'percentile' and unioned.value_num not between 1 and 100 then null
            else unioned.value_num
        end as value_num,
        -- several methods may mean the same: the crosswalk says which one speaks first
        row_number() over (
            partition by unioned.source, unioned.result_id, coalesce(methods.method, 'unmapped')
            order by
                case when unioned.value_num is null then 1 else 0 end,
                methods.preference nulls last,
                unioned.method_code
        ) as method_preference
    from unioned
    left join methods
        on methods.source = unioned.source
        and methods.method_code = unioned.method_code
)

select * from mapped
