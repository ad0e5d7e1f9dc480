-- One row per test result of any source, matched to a student or not, in the source's own words.
with

unioned as (
    {{ told_by_sources('assessment_results', {
        'source': 'text',
        'feed': 'text',
        'result_id': 'text',
        'source_instance': 'text',
        'assessment_identifier': 'text',
        'assessment_title': 'text',
        'assessment_family': 'text',
        'subject_code': 'text',
        'language_code': 'text',
        'school_year': 'integer',
        'window_name': 'text',
        'test_grade_code': 'text',
        'administered_on': 'date',
        'test_time': 'text',
        'norm_set': 'text',
        'performance_level_code': 'text',
        'source_invalid_reason': 'text',
        'is_superseded': 'boolean',
        '_source_ref': 'text',
        '_load_id': 'bigint',
        '_loaded_at': 'timestamptz',
    }) }}
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
        {{ surrogate_key([
            'unioned.source', key_text('assessments', 'unioned.assessment_identifier')
        ]) }} as assessment_key,
        unioned.source,
        unioned.feed,
        unioned.result_id,
        unioned.source_system,
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
