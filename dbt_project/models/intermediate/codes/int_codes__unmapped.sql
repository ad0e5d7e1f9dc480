-- One row per source, crosswalk and code of the source that the crosswalk does not know.
with

system_codes as (
    select * from {{ ref('can_unmapped_codes') }}
),

results as (
    select * from {{ ref('int_assessment__results') }}
),

scores as (
    select * from {{ ref('can_assessment_scores') }}
),

test_codes as (
    select
        results.source,
        'xwalk_assessment_subjects' as crosswalk,
        'subject_code' as key_column,
        coalesce(results.subject_code, '(none)') as code
    from results
    where results.subject = 'unmapped'
    union all
    select
        scores.source,
        'xwalk_assessment_score_methods' as crosswalk,
        'method_code' as key_column,
        scores.method_code as code
    from scores
    where scores.method = 'unmapped'
    union all
    select
        results.source,
        'xwalk_assessment_levels' as crosswalk,
        'level_code' as key_column,
        results.performance_level_code as code
    from results
    where results.performance_level_code is not null
        and results.performance_level is null
),

unmapped as (
    select
        system_codes.source,
        system_codes.crosswalk,
        system_codes.key_column,
        system_codes.code,
        system_codes.record_count
    from system_codes
    union all
    select
        test_codes.source,
        test_codes.crosswalk,
        test_codes.key_column,
        test_codes.code,
        count(*) as record_count
    from test_codes
    group by test_codes.source, test_codes.crosswalk, test_codes.key_column, test_codes.code
)

select * from unmapped
