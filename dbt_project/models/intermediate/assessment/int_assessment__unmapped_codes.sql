-- One row per kind of code, source and code that no crosswalk knows, with the number of results
-- it concerns. Empty when every code is mapped.
with

results as (
    select * from {{ ref('int_assessment__results') }}
),

scores as (
    select * from {{ ref('can_assessment_scores') }}
),

circumstances as (
    {{ told_by_sources('assessment_circumstances', {
        'source': 'text', 'result_id': 'text', 'event_circumstance_code': 'text',
    }) }}
),

circumstance_sources as (
    select distinct circumstances.source
    from circumstances
),

known_circumstances as (
    {{ codes_of_sources(
        ref('xwalk_assessment_circumstances'), ['circumstance_code'], 'circumstance_sources'
    ) }}
),

unioned as (
    select
        'subject' as code_kind,
        results.source,
        coalesce(results.subject_code, '(none)') as code
    from results
    where results.subject = 'unmapped'
    union all
    select
        'score_method' as code_kind,
        scores.source,
        scores.method_code as code
    from scores
    where scores.method = 'unmapped'
    union all
    select
        'performance_level' as code_kind,
        results.source,
        results.performance_level_code as code
    from results
    where results.performance_level_code is not null
        and results.performance_level is null
    union all
    select
        'event_circumstance' as code_kind,
        circumstances.source,
        circumstances.event_circumstance_code as code
    from circumstances
    left join known_circumstances
        on known_circumstances.code_source = circumstances.source
        and known_circumstances.circumstance_code = circumstances.event_circumstance_code
    where known_circumstances.circumstance_code is null
),

counted as (
    select
        unioned.code_kind,
        unioned.source,
        unioned.code,
        count(*) as result_count
    from unioned
    group by unioned.code_kind, unioned.source, unioned.code
)

select * from counted
