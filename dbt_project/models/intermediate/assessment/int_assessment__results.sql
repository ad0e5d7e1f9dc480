-- One row per result of any source in the district's own words: subject, percentile with its
-- norm set, growth percentile, level, and whether the result may be used. Not cut by the as-of
-- date.
with

results as (
    select * from {{ ref('int_assessment__all_results') }}
),

matches as (
    select * from {{ ref('int_assessment__student_matches') }}
),

scores as (
    select * from {{ ref('int_assessment__scores') }}
),

growth as (
    select * from {{ ref('int_assessment__growth') }}
    where preference = 1
),

subjects as (
    {{ district_rows(ref('xwalk_assessment_subjects'), ['source', 'subject_code']) }}
),

levels as (
    {{ district_rows(ref('xwalk_assessment_levels'), ['source', 'level_code']) }}
),

grade_levels as (
    {{ district_rows(ref('xwalk_grade_level'), ['grade_level_code']) }}
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
        count(scores.value_num) as numeric_score_count,
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
        matches.student_key,
        matches.matched_id_column,
        matches.unmatched_reason,
        -- a test of several subjects has none of its own; the crosswalk knows the single ones
        case
            when results.subject_code like '%|%' then 'composite'
            else coalesce(subjects.subject, 'unmapped')
        end as subject,
        results.subject_code,
        results.assessment_identifier,
        results.assessment_title,
        results.school_year,
        results.window_name,
        grade_levels.grade_level as test_grade_level,
        results.administered_on,
        results.same_day_order,
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
        case
            when results.source_invalid_reason is not null then results.source_invalid_reason
            when results.administered_on is null then 'no_date'
            -- a level alone ranks nobody, and would break a run of two growth percentiles
            when coalesce(score_summary.numeric_score_count, 0) = 0 then 'no_score'
            when results.is_superseded then 'superseded'
        end as invalid_reason,
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
    left join subjects
        on subjects.source = results.source
        and subjects.subject_code = lower(results.subject_code)
    left join levels
        on levels.source = results.source
        and levels.level_code = lower(results.performance_level_code)
    left join grade_levels
        on grade_levels.grade_level_code = lower(results.test_grade_code)
),

judged as (
    select
        described.assessment_result_key,
        described.source,
        described.feed,
        described.result_id,
        described.student_key,
        described.matched_id_column,
        described.unmatched_reason,
        described.subject,
        described.subject_code,
        described.assessment_identifier,
        described.assessment_title,
        described.school_year,
        described.window_name,
        described.test_grade_level,
        described.administered_on,
        described.same_day_order,
        described.percentile,
        described.norm_set,
        described.growth_percentile,
        described.growth_from_window,
        described.growth_to_window,
        described.scale_score,
        described.raw_score,
        described.score_method_codes,
        described.performance_level_code,
        described.performance_level,
        described.performance_level_rank,
        described.invalid_reason,
        described.known_on,
        described._source_ref,
        described._loaded_at,
        described.invalid_reason is null as is_valid
    from described
)

select * from judged
