-- One row per result of any source in the district's own words, as its source states it: subject,
-- percentile with its norm set, growth percentile, level, and why it may not be used. Whether
-- another row tells the same sitting is not looked at here.
{%- set received_columns = [
    'assessment_result_key', 'assessment_names_key', 'source', 'feed', 'result_id',
    'source_instance',
    'assessment_key', 'assessment_identifier', 'assessment_title', 'school_year', 'window_name', 'test_grade_code',
    'administered_on', 'test_time', 'norm_set', 'performance_level_code', 'source_invalid_reason',
    'is_superseded', 'known_on', '_source_ref', '_loaded_at',
] %}
with

received as (
    select * from {{ ref('can_assessment_results') }}
),

test_sources as (
    select distinct received.source
    from received
),

languages as (
    {{ codes_of_sources(
        ref('xwalk_assessment_languages'), ['language_code'], 'test_sources'
    ) }}
),

-- a test in another language than English is of a subject of its own
results as (
    select
        {%- for column in received_columns %}
            received.{{ column }},
        {%- endfor %}
        case
            when coalesce(languages.language, received.language_code, 'english') = 'english'
                then received.subject_code
            else received.subject_code || ' ('
                || coalesce(languages.language, received.language_code) || ')'
        end as subject_code
    from received
    left join languages
        on languages.code_source = received.source
        and languages.language_code = received.language_code
),

matches as (
    select * from {{ ref('int_assessment__student_matches') }}
),

scores as (
    select * from {{ ref('can_assessment_scores') }}
),

growth as (
    select * from {{ ref('can_assessment_growth') }}
    where preference = 1
),

families as (
    select * from {{ ref('int_assessment__families') }}
),

layout_codes as (
    {{ told_by_sources('assessment_codes', {
        'source': 'text',
        'code_kind': 'text',
        'code': 'text',
        'meaning': 'text',
        'language': 'text',
    }) }}
),

known_subjects as (
    {{ district_rows(ref('xwalk_assessment_subjects'), ['source', 'subject_code']) }}
),

-- what a crosswalk says wins over the layout
subjects as (
    select
        known_subjects.source,
        known_subjects.subject_code,
        known_subjects.subject,
        known_subjects.language
    from known_subjects
    union all
    select
        layout_codes.source,
        layout_codes.code as subject_code,
        layout_codes.meaning as subject,
        layout_codes.language
    from layout_codes
    left join known_subjects
        on known_subjects.source = layout_codes.source
        and known_subjects.subject_code = layout_codes.code
    where layout_codes.code_kind = 'subject'
        and known_subjects.subject_code is null
),

known_levels as (
    {{ district_rows(ref('xwalk_assessment_levels'), ['source', 'level_code']) }}
),

level_ranks as (
    select
        known_levels.performance_level,
        min(known_levels.level_rank) as level_rank
    from known_levels
    group by known_levels.performance_level
),

levels as (
    select
        known_levels.source,
        known_levels.level_code,
        known_levels.performance_level,
        known_levels.level_rank
    from known_levels
    union all
    select
        layout_codes.source,
        layout_codes.code as level_code,
        layout_codes.meaning as performance_level,
        level_ranks.level_rank
    from layout_codes
    left join known_levels
        on known_levels.source = layout_codes.source
        and known_levels.level_code = layout_codes.code
    left join level_ranks
        on level_ranks.performance_level = layout_codes.meaning
    where layout_codes.code_kind = 'level'
        and known_levels.level_code is null
),

grade_levels as (
    {{ codes_of_sources(ref('xwalk_grade_level'), ['grade_level_code'], 'test_sources') }}
),

score_summary as (
    select
        scores.assessment_result_key,
        max(case when scores.method = 'percentile' and scores.method_preference = 1
                then scores.value_num
        end) as percentile,
        max(case when scores.method = 'percentile' and scores.method_preference = 1
                then scores.norm_set
        end) as percentile_norm_set,
        max(case when scores.method = 'scale_score' and scores.method_preference = 1
                then scores.value_num
        end) as scale_score,
        max(case when scores.method = 'raw_score' and scores.method_preference = 1
                then scores.value_num
        end) as raw_score,
        -- growth alone ranks nobody, as in a vendor's file
        count(case when scores.method != 'growth_percentile' then scores.value_num end)
            as numeric_score_count,
        {{ dbt.listagg('scores.method_code', "'|'", 'order by scores.method_code') }}
            as score_method_codes
    from scores
    group by scores.assessment_result_key
),

described as (
    select
        results.assessment_result_key,
        results.source,
        results.feed,
        results.result_id,
        results.source_instance,
        matches.student_key,
        matches.matched_id_column,
        matches.unmatched_reason,
        -- a test of several subjects has none of its own; the crosswalk knows the single ones,
        -- first as the family of the test names them
        case
            when results.subject_code like '%|%' then 'composite'
            else coalesce(family_subjects.subject, subjects.subject, 'unmapped')
        end as subject,
        case
            when results.subject_code like '%|%' then null
            when family_subjects.subject is not null then family_subjects.language
            else subjects.language
        end as test_language,
        families.family,
        results.subject_code,
        results.assessment_key,
        results.assessment_identifier,
        results.assessment_title,
        results.school_year,
        results.window_name,
        grade_levels.grade_level as test_grade_level,
        results.administered_on,
        results.test_time,
        score_summary.percentile,
        case
            when score_summary.percentile is not null
                then coalesce(score_summary.percentile_norm_set, results.norm_set)
        end as norm_set,
        growth.growth_percentile,
        growth.from_window as growth_from_window,
        growth.to_window as growth_to_window,
        score_summary.scale_score,
        score_summary.raw_score,
        score_summary.score_method_codes,
        results.performance_level_code,
        levels.performance_level,
        levels.level_rank as performance_level_rank,
        results.source_invalid_reason,
        results.is_superseded,
        coalesce(score_summary.numeric_score_count, 0) as numeric_score_count,
        results.known_on,
        results._source_ref,
        results._loaded_at
    from results
    inner join matches
        on matches.assessment_result_key = results.assessment_result_key
    left join score_summary
        on score_summary.assessment_result_key = results.assessment_result_key
    left join growth
        on growth.assessment_result_key = results.assessment_result_key
    left join families
        on families.assessment_names_key = results.assessment_names_key
    left join subjects as family_subjects
        on family_subjects.source = families.family
        and family_subjects.subject_code = lower(results.subject_code)
    left join subjects
        on subjects.source = results.source
        and subjects.subject_code = lower(results.subject_code)
    left join levels
        on levels.source = results.source
        and levels.level_code = lower(results.performance_level_code)
    left join grade_levels
        on grade_levels.code_source = results.source
        and grade_levels.grade_level_code = lower(results.test_grade_code)
)

select * from described
