-- One row per test result of any source, matched to a student or not. A new file of results is a
-- layout; one that needs SQL of its own is one more branch of each union in this folder.
with

unioned as (
    {%- for model in staging_of('assessment_results').values() %}
        select * from {{ ref(model) }}
        union all
    {%- endfor %}
    select * from {{ ref('stg_star__results_canonical') }}
    union all
    select * from {{ ref('stg_map_growth__results_canonical') }}
    union all
    select * from {{ ref('stg_iready__results_canonical') }}
    union all
    select * from {{ ref('stg_layouts__results_canonical') }}
),

known_loads as (
    select * from {{ ref('stg_ops__load_known_on') }}
),

keyed as (
    select
        {{ surrogate_key(['unioned.source', 'unioned.result_id']) }} as assessment_result_key,
        {{ surrogate_key([
            'unioned.source', 'unioned.assessment_identifier', 'unioned.assessment_title',
            'unioned.assessment_family',
        ]) }} as assessment_names_key,
        unioned.source,
        unioned.feed,
        unioned.result_id,
        unioned.source_instance,
        unioned.assessment_identifier,
        unioned.assessment_title,
        unioned.assessment_family,
        unioned.subject_code,
        unioned.language_code,
        unioned.school_year,
        unioned.window_name,
        unioned.test_grade_code,
        unioned.administered_on,
        unioned.test_time,
        unioned.norm_set,
        unioned.performance_level_code,
        unioned.source_invalid_reason,
        unioned.is_superseded,
        known_loads.known_on,
        unioned._source_ref,
        unioned._load_id,
        unioned._loaded_at
    from unioned
    left join known_loads
        on known_loads.load_id = unioned._load_id
)

select * from keyed
