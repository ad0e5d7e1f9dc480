-- One row per test result of a matched student, up to the as-of date, whether it may be used or
-- not.
with

results as (
    select * from {{ ref('int_assessment__results') }}
),

students as (
    select * from {{ ref('dim_student') }}
),

policies as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

sources as (
    {{ district_rows(ref('assessment_source_order'), ['source']) }}
),

up_to_date as (
    select
        results.assessment_result_key,
        results.standing_result_key,
        results.source,
        results.feed,
        results.result_id,
        results.student_key,
        results.matched_id_column,
        results.subject,
        results.test_language,
        results.assessment_key,
        results.assessment_identifier,
        results.assessment_title,
        results.school_year,
        results.window_name,
        results.test_grade_level,
        results.administered_on,
        results.test_time,
        results.percentile,
        results.norm_set,
        results.growth_percentile,
        results.growth_from_window,
        results.growth_to_window,
        results.scale_score,
        results.raw_score,
        results.score_method_codes,
        results.performance_level_code,
        results.performance_level,
        results.performance_level_rank,
        results.invalid_reason,
        results.known_on,
        results._source_ref,
        results._loaded_at,
        results.is_valid,
        policies.assessment_max_age_days,
        cast({{ dbt.datediff('results.administered_on', as_of_date(), 'day') }} as integer)
            as age_days
    from results
    inner join students
        on students.student_key = results.student_key
    left join policies
        on policies.grade_band = coalesce(students.grade_band, '*')
    where results.administered_on <= {{ as_of_date() }}
        or results.administered_on is null
),

judged as (
    select
        up_to_date.assessment_result_key,
        up_to_date.standing_result_key,
        up_to_date.source,
        up_to_date.feed,
        up_to_date.result_id,
        up_to_date.student_key,
        up_to_date.matched_id_column,
        up_to_date.subject,
        up_to_date.test_language,
        up_to_date.assessment_key,
        up_to_date.assessment_identifier,
        up_to_date.assessment_title,
        up_to_date.school_year,
        up_to_date.window_name,
        up_to_date.test_grade_level,
        up_to_date.administered_on,
        up_to_date.test_time,
        up_to_date.percentile,
        up_to_date.norm_set,
        up_to_date.growth_percentile,
        up_to_date.growth_from_window,
        up_to_date.growth_to_window,
        up_to_date.scale_score,
        up_to_date.raw_score,
        up_to_date.score_method_codes,
        up_to_date.performance_level_code,
        up_to_date.performance_level,
        up_to_date.performance_level_rank,
        up_to_date.invalid_reason,
        up_to_date.known_on,
        up_to_date._source_ref,
        up_to_date._loaded_at,
        up_to_date.is_valid,
        up_to_date.age_days,
        up_to_date.is_valid
        and up_to_date.subject not in ('unmapped', 'composite')
        and up_to_date.age_days <= up_to_date.assessment_max_age_days as may_decide
    from up_to_date
),

-- the one order of results of one subject and day that rules, features and forecasts use: by
-- time of day where every result of the day states one, else as the district orders its sources
clocked as (
    select
        judged.assessment_result_key,
        judged.standing_result_key,
        judged.source,
        judged.feed,
        judged.student_key,
        judged.matched_id_column,
        judged.subject,
        judged.test_language,
        judged.assessment_key,
        judged.assessment_identifier,
        judged.assessment_title,
        judged.school_year,
        judged.window_name,
        judged.test_grade_level,
        judged.administered_on,
        judged.percentile,
        judged.norm_set,
        judged.growth_percentile,
        judged.growth_from_window,
        judged.growth_to_window,
        judged.scale_score,
        judged.raw_score,
        judged.score_method_codes,
        judged.performance_level_code,
        judged.performance_level,
        judged.performance_level_rank,
        judged.invalid_reason,
        judged.known_on,
        judged._source_ref,
        judged._loaded_at,
        judged.is_valid,
        judged.age_days,
        judged.may_decide,
        judged.test_time,
        judged.result_id,
        count(*) over (
            partition by
                judged.student_key, judged.subject, judged.administered_on, judged.is_valid
        ) = count(judged.test_time) over (
            partition by
                judged.student_key, judged.subject, judged.administered_on, judged.is_valid
        ) as all_state_a_time
    from judged
),

ordered as (
    select
        clocked.assessment_result_key,
        clocked.standing_result_key,
        clocked.source,
        clocked.feed,
        clocked.student_key,
        clocked.matched_id_column,
        clocked.subject,
        clocked.test_language,
        clocked.assessment_key,
        clocked.assessment_identifier,
        clocked.assessment_title,
        clocked.school_year,
        clocked.window_name,
        clocked.test_grade_level,
        clocked.administered_on,
        clocked.percentile,
        clocked.norm_set,
        clocked.growth_percentile,
        clocked.growth_from_window,
        clocked.growth_to_window,
        clocked.scale_score,
        clocked.raw_score,
        clocked.score_method_codes,
        clocked.performance_level_code,
        clocked.performance_level,
        clocked.performance_level_rank,
        clocked.invalid_reason,
        clocked.known_on,
        clocked._source_ref,
        clocked._loaded_at,
        clocked.is_valid,
        clocked.age_days,
        clocked.may_decide,
        row_number() over (
            partition by
                clocked.student_key, clocked.subject, clocked.administered_on, clocked.is_valid
            order by
                case when clocked.all_state_a_time then clocked.test_time end desc nulls last,
                coalesce(sources.preference, other_sources.preference) nulls last,
                clocked.source,
                clocked.test_time desc nulls last,
                clocked.result_id
        ) as same_day_number
    from clocked
    left join sources
        on sources.source = clocked.source
    -- the row of * is of every source without one of its own
    left join sources as other_sources
        on other_sources.source = '*'
),

ranked as (
    select
        ordered.assessment_result_key,
        ordered.standing_result_key,
        ordered.source,
        ordered.feed,
        ordered.student_key,
        ordered.matched_id_column,
        ordered.subject,
        ordered.test_language,
        ordered.assessment_key,
        ordered.assessment_identifier,
        ordered.assessment_title,
        ordered.school_year,
        ordered.window_name,
        ordered.test_grade_level,
        ordered.administered_on,
        ordered.percentile,
        ordered.norm_set,
        ordered.growth_percentile,
        ordered.growth_from_window,
        ordered.growth_to_window,
        ordered.scale_score,
        ordered.raw_score,
        ordered.score_method_codes,
        ordered.performance_level_code,
        ordered.performance_level,
        ordered.performance_level_rank,
        ordered.invalid_reason,
        ordered.known_on,
        ordered._source_ref,
        ordered._loaded_at,
        ordered.is_valid,
        ordered.age_days,
        ordered.may_decide,
        ordered.same_day_number,
        -- of the results that may decide, those with a percentile go first: a later class quiz
        -- with a raw score only must not hide what a normed test says
        row_number() over (
            partition by ordered.student_key, ordered.subject, ordered.may_decide
            order by
                case when ordered.percentile is null then 1 else 0 end,
                ordered.administered_on desc nulls last,
                ordered.same_day_number,
                ordered.assessment_result_key
        ) as latest_number,
        row_number() over (
            partition by
                ordered.student_key, ordered.subject, ordered.source,
                ordered.assessment_key, ordered.school_year, ordered.window_name, ordered.is_valid
            order by
                ordered.administered_on desc nulls last,
                ordered.same_day_number
        ) as window_number
    from ordered
),

final as (
    select
        ranked.assessment_result_key,
        ranked.standing_result_key,
        ranked.student_key,
        ranked.source,
        ranked.feed,
        ranked.subject,
        ranked.test_language,
        ranked.assessment_key,
        ranked.assessment_identifier,
        ranked.assessment_title,
        ranked.school_year,
        ranked.window_name,
        ranked.test_grade_level,
        ranked.administered_on,
        ranked.age_days,
        ranked.percentile,
        ranked.norm_set,
        ranked.growth_percentile,
        ranked.growth_from_window,
        ranked.growth_to_window,
        ranked.scale_score,
        ranked.raw_score,
        ranked.performance_level_code,
        ranked.performance_level,
        cast(ranked.performance_level_rank as integer) as performance_level_rank,
        ranked.score_method_codes,
        ranked.is_valid,
        ranked.invalid_reason,
        ranked.may_decide and ranked.latest_number = 1 as is_latest_valid,
        ranked.is_valid and ranked.window_name is not null and ranked.window_number = 1
            as is_window_score,
        cast(ranked.same_day_number as integer) as same_day_number,
        ranked.matched_id_column,
        ranked.known_on,
        ranked._source_ref as source_ref,
        ranked._loaded_at as loaded_at
    from ranked
)

select * from final
