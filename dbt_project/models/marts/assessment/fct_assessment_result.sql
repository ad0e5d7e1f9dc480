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

up_to_date as (
    select
        results.*,
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
        up_to_date.*,
        up_to_date.is_valid
            and up_to_date.subject not in ('unmapped', 'composite')
            and up_to_date.age_days <= up_to_date.assessment_max_age_days as may_decide
    from up_to_date
),

ranked as (
    select
        judged.*,
        -- of the results that may decide, those with a percentile go first: a later class quiz
        -- with a raw score only must not hide what a normed test says
        row_number() over (
            partition by judged.student_key, judged.subject, judged.may_decide
            order by
                case when judged.percentile is null then 1 else 0 end,
                judged.administered_on desc nulls last,
                judged.same_day_order desc nulls last,
                judged.source,
                judged.result_id
        ) as latest_number,
        row_number() over (
            partition by judged.student_key, judged.subject, judged.source,
                judged.assessment_identifier, judged.school_year, judged.window_name,
                judged.is_valid
            order by
                judged.administered_on desc nulls last,
                judged.same_day_order desc nulls last,
                judged.result_id
        ) as window_number
    from judged
),

final as (
    select
        ranked.assessment_result_key,
        ranked.student_key,
        ranked.source,
        ranked.feed,
        ranked.subject,
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
        ranked.matched_id_column,
        ranked._source_ref as source_ref,
        ranked._loaded_at as loaded_at
    from ranked
)

select * from final
