-- One row per student, grade band of the policy and as-of date on which what tests say of the
-- student changed; it holds to the day before valid_until. The indicator is the rule of
-- risk_indicator__assessment.
with

as_of_dates as (
    select * from {{ ref('ftr_as_of_dates') }}
    where is_to_be_written
),

enrolled as (
    select * from {{ ref('ftr_enrollment_as_of') }}
),

results as (
    select * from {{ ref('fct_assessment_result') }}
    where is_valid
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

bands as (
    select distinct
        enrolled.student_key,
        enrolled.policy_grade_band
    from enrolled
),

dated as (
    select
        results.student_key,
        bands.policy_grade_band,
        results.assessment_result_key,
        results.subject,
        results.administered_on,
        results.percentile,
        results.growth_percentile,
        results.same_day_number,
        policy.percentile_yellow_below,
        policy.percentile_red_below,
        policy.growth_percentile_low_below,
        policy.growth_low_consecutive_results,
        {{ known_from('results.administered_on', 'results.known_on') }} as known_from,
        -- exactly as old as the policy allows is still young enough
        {{ days_before('-policy.assessment_max_age_days - 1', 'results.administered_on') }}
            as too_old_on
    from results
    inner join bands
        on bands.student_key = results.student_key
    inner join policy
        on policy.grade_band = bands.policy_grade_band
    -- worse of which subject, and twice in a row in which? such a result can say neither
    where {{ subject_may_decide('results', 'policy') }}
        and results.administered_on is not null
),

usable as (
    select
        dated.student_key,
        dated.policy_grade_band,
        dated.assessment_result_key,
        dated.subject,
        dated.administered_on,
        dated.percentile,
        dated.growth_percentile,
        dated.same_day_number,
        dated.percentile_yellow_below,
        dated.percentile_red_below,
        dated.growth_percentile_low_below,
        dated.growth_low_consecutive_results,
        dated.known_from,
        dated.too_old_on
    from dated
    where dated.known_from < dated.too_old_on
),

turning_dates as (
    select
        usable.student_key,
        usable.policy_grade_band,
        usable.known_from as turning_date
    from usable
    union
    select
        usable.student_key,
        usable.policy_grade_band,
        usable.too_old_on as turning_date
    from usable
),

different_dates as (
    select distinct turning_dates.turning_date
    from turning_dates
),

shown as (
    select
        different_dates.turning_date,
        min(as_of_dates.as_of_date) as as_of_date
    from different_dates
    inner join as_of_dates
        on as_of_dates.as_of_date >= different_dates.turning_date
    group by different_dates.turning_date
),

moments as (
    select distinct
        turning_dates.student_key,
        turning_dates.policy_grade_band,
        shown.as_of_date
    from turning_dates
    inner join shown
        on shown.turning_date = turning_dates.turning_date
),

at_moment as (
    select
        moments.student_key,
        moments.policy_grade_band,
        moments.as_of_date,
        usable.subject,
        usable.administered_on,
        usable.percentile,
        usable.growth_percentile,
        usable.percentile_yellow_below,
        usable.percentile_red_below,
        usable.growth_percentile_low_below,
        usable.growth_low_consecutive_results,
        row_number() over (
            partition by
                moments.student_key, moments.policy_grade_band, moments.as_of_date, usable.subject
            order by
                usable.administered_on desc,
                usable.same_day_number,
                usable.assessment_result_key
        ) as recency,
        row_number() over (
            partition by
                moments.student_key, moments.policy_grade_band, moments.as_of_date, usable.subject
            order by
                case when usable.percentile is null then 1 else 0 end,
                usable.administered_on desc,
                usable.same_day_number,
                usable.assessment_result_key
        ) as percentile_recency
    from moments
    inner join usable
        on usable.student_key = moments.student_key
        and usable.policy_grade_band = moments.policy_grade_band
        and usable.known_from <= moments.as_of_date
        and usable.too_old_on > moments.as_of_date
),

subjects as (
    select
        at_moment.student_key,
        at_moment.policy_grade_band,
        at_moment.as_of_date,
        at_moment.subject,
        at_moment.percentile_yellow_below,
        at_moment.percentile_red_below,
        at_moment.growth_percentile_low_below,
        at_moment.growth_low_consecutive_results,
        max(at_moment.administered_on) as latest_on,
        sum(
            case
                when
                    at_moment.recency <= at_moment.growth_low_consecutive_results
                    and at_moment.growth_percentile < at_moment.growth_percentile_low_below
                    then 1
                else 0
            end
        ) as low_growth_count,
        max(case when at_moment.percentile_recency = 1 then at_moment.percentile end)
            as percentile,
        max(case when at_moment.percentile_recency = 1 then at_moment.administered_on end)
            as percentile_on,
        max(
            case
                when at_moment.percentile_recency = 1 and at_moment.percentile is not null
                    then at_moment.growth_percentile
            end
        ) as growth_percentile,
        max(case when at_moment.recency = 1 then at_moment.growth_percentile end)
            as latest_growth_percentile
    from at_moment
    group by
        at_moment.student_key,
        at_moment.policy_grade_band,
        at_moment.as_of_date,
        at_moment.subject,
        at_moment.percentile_yellow_below,
        at_moment.percentile_red_below,
        at_moment.growth_percentile_low_below,
        at_moment.growth_low_consecutive_results
),

judged as (
    select
        subjects.student_key,
        subjects.policy_grade_band,
        subjects.as_of_date,
        subjects.subject,
        subjects.latest_on,
        subjects.percentile,
        subjects.percentile_on,
        subjects.latest_growth_percentile,
        {{ assessment_reason('subjects', 'subjects') }} as reason_code,
        -- the latest test that ranks the student, of whatever subject; the lower of one day
        row_number() over (
            partition by subjects.student_key, subjects.policy_grade_band, subjects.as_of_date
            order by
                case when subjects.percentile is null then 1 else 0 end,
                subjects.percentile_on desc,
                subjects.percentile
        ) as percentile_order,
        row_number() over (
            partition by subjects.student_key, subjects.policy_grade_band, subjects.as_of_date
            order by
                case when subjects.latest_growth_percentile is null then 1 else 0 end,
                subjects.latest_on desc,
                subjects.latest_growth_percentile
        ) as growth_order
    from subjects
),

per_student as (
    select
        judged.student_key,
        judged.policy_grade_band,
        judged.as_of_date,
        max(case when judged.percentile_order = 1 then judged.percentile end)
            as percentile_latest,
        coalesce(
            max(case when judged.subject = 'reading' then judged.percentile end),
            max(case when judged.subject = 'ela' then judged.percentile end)
        ) as percentile_reading,
        max(case when judged.subject = 'math' then judged.percentile end) as percentile_math,
        max(case when judged.growth_order = 1 then judged.latest_growth_percentile end)
            as growth_percentile_latest,
        max(judged.latest_on) as latest_on,
        max(
            case
                when judged.reason_code is null then 0
                when {{ assessment_flag('judged.reason_code') }} = 'red' then 3
                when {{ assessment_flag('judged.reason_code') }} = 'yellow' then 2
                else 1
            end
        ) as worst
    from judged
    group by judged.student_key, judged.policy_grade_band, judged.as_of_date
),

-- a moment at which the last result has grown too old is a step too: to nothing
steps as (
    select
        moments.student_key,
        moments.policy_grade_band,
        moments.as_of_date as valid_from,
        lead(moments.as_of_date) over (
            partition by moments.student_key, moments.policy_grade_band
            order by moments.as_of_date
        ) as valid_until,
        per_student.percentile_latest,
        per_student.percentile_reading,
        per_student.percentile_math,
        per_student.growth_percentile_latest,
        per_student.latest_on,
        case per_student.worst
            when 3 then 'red'
            when 2 then 'yellow'
            when 1 then 'none'
            else 'insufficient_data'
        end as flag
    from moments
    left join per_student
        on per_student.student_key = moments.student_key
        and per_student.policy_grade_band = moments.policy_grade_band
        and per_student.as_of_date = moments.as_of_date
)

select * from steps
