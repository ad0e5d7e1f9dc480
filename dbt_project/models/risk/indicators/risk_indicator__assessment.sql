-- One row per student that the rules judge: the assessment indicator, the worse of the student's
-- subjects by the latest valid result of each.
with

students as (
    select * from {{ ref('risk_students') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

results as (
    select * from {{ ref('fct_assessment_result') }}
),

gaps as (
    select * from {{ ref('indicator_gaps') }}
),

student_results as (
    select
        students.student_key,
        results.assessment_result_key,
        results.subject,
        results.administered_on,
        results.percentile,
        results.growth_percentile,
        results.same_day_number,
        results.is_valid,
        policy.percentile_yellow_below,
        policy.percentile_red_below,
        policy.growth_percentile_low_below,
        policy.growth_low_consecutive_results,
        -- exactly as old as the policy allows is still young enough
        results.administered_on
        >= {{ days_before('policy.assessment_max_age_days', 'students.as_of_date') }}
            as is_recent,
        -- worse of which subject, and twice in a row in which? such a result can say neither
        {{ subject_may_decide('results', 'policy') }} as has_known_subject
    from students
    inner join policy
        on policy.grade_band = students.policy_grade_band
    inner join results
        on results.student_key = students.student_key
),

counted as (
    select
        student_results.student_key,
        sum(case when student_results.is_valid then 1 else 0 end) as valid_count,
        sum(
            case when student_results.is_valid and student_results.is_recent then 1 else 0 end
        ) as recent_count,
        sum(
            case
                when
                    student_results.is_valid
                    and student_results.is_recent
                    and student_results.has_known_subject
                    then 1
                else 0
            end
        ) as known_count
    from student_results
    group by student_results.student_key
),

usable as (
    select
        student_results.student_key,
        student_results.assessment_result_key,
        student_results.subject,
        student_results.administered_on,
        student_results.percentile,
        student_results.growth_percentile,
        student_results.percentile_yellow_below,
        student_results.percentile_red_below,
        student_results.growth_percentile_low_below,
        student_results.growth_low_consecutive_results,
        row_number() over (
            partition by student_results.student_key, student_results.subject
            order by
                student_results.administered_on desc,
                student_results.same_day_number,
                student_results.assessment_result_key
        ) as recency
    from student_results
    where student_results.is_valid
        and student_results.is_recent
        and student_results.has_known_subject
),

-- a test without a percentile (a state test in levels) does not hide the latest one that has it
ranked_percentiles as (
    select
        usable.student_key,
        usable.subject,
        usable.administered_on,
        usable.percentile,
        usable.growth_percentile,
        row_number() over (
            partition by usable.student_key, usable.subject
            order by usable.recency
        ) as preference
    from usable
    where usable.percentile is not null
),

subjects as (
    select
        usable.student_key,
        usable.subject,
        usable.percentile_yellow_below,
        usable.percentile_red_below,
        usable.growth_percentile_low_below,
        usable.growth_low_consecutive_results,
        max(usable.administered_on) as latest_on,
        sum(case
            when
                usable.recency <= usable.growth_low_consecutive_results
                and usable.growth_percentile < usable.growth_percentile_low_below
                then 1
            else 0
        end) as low_growth_count,
        min(case
            when usable.recency <= usable.growth_low_consecutive_results
                then usable.administered_on
        end) as consecutive_from,
        max(case when usable.recency = 1 then usable.growth_percentile end) as latest_growth
    from usable
    group by
        usable.student_key,
        usable.subject,
        usable.percentile_yellow_below,
        usable.percentile_red_below,
        usable.growth_percentile_low_below,
        usable.growth_low_consecutive_results
),

judged as (
    select
        subjects.student_key,
        subjects.subject,
        subjects.percentile_yellow_below,
        subjects.percentile_red_below,
        subjects.growth_percentile_low_below,
        subjects.growth_low_consecutive_results,
        subjects.latest_growth,
        subjects.consecutive_from,
        subjects.latest_on,
        ranked_percentiles.percentile,
        ranked_percentiles.growth_percentile,
        ranked_percentiles.administered_on,
        {{ assessment_reason('ranked_percentiles', 'subjects') }} as reason_code
    from subjects
    left join ranked_percentiles
        on ranked_percentiles.student_key = subjects.student_key
        and ranked_percentiles.subject = subjects.subject
        and ranked_percentiles.preference = 1
),

flagged as (
    select
        judged.student_key,
        judged.subject,
        judged.percentile_yellow_below,
        judged.percentile_red_below,
        judged.growth_percentile_low_below,
        judged.latest_growth,
        judged.consecutive_from,
        judged.latest_on,
        judged.percentile,
        judged.growth_percentile,
        judged.administered_on,
        judged.reason_code,
        {{ assessment_flag('judged.reason_code') }} as flag
    from judged
    where judged.reason_code is not null
),

ranked as (
    select
        flagged.student_key,
        flagged.subject,
        flagged.percentile_yellow_below,
        flagged.percentile_red_below,
        flagged.growth_percentile_low_below,
        flagged.latest_growth,
        flagged.consecutive_from,
        flagged.latest_on,
        flagged.percentile,
        flagged.growth_percentile,
        flagged.administered_on,
        flagged.reason_code,
        flagged.flag,
        row_number() over (
            partition by flagged.student_key
            order by
                case flagged.flag when 'red' then 0 when 'yellow' then 1 else 2 end,
                flagged.percentile,
                flagged.subject
        ) as preference
    from flagged
),

deciding as (
    select
        students.student_key,
        students.policy_version,
        students.as_of_date,
        ranked.subject,
        ranked.percentile_yellow_below,
        ranked.percentile_red_below,
        ranked.growth_percentile_low_below,
        ranked.latest_growth,
        ranked.percentile,
        ranked.growth_percentile,
        coalesce(ranked.flag, 'insufficient_data') as flag,
        case
            when ranked.reason_code is not null then ranked.reason_code
            when counted.student_key is null then 'no_results'
            when counted.valid_count = 0 then 'no_valid_results'
            when counted.recent_count = 0 then 'results_too_old'
            when counted.known_count = 0 then 'no_known_subject'
            else 'no_percentile'
        end as reason_code,
        case
            when ranked.reason_code = 'repeated_low_growth' then ranked.consecutive_from
            else ranked.administered_on
        end as evidence_from,
        case
            when ranked.reason_code = 'repeated_low_growth' then ranked.latest_on
            else ranked.administered_on
        end as evidence_to
    from students
    left join counted
        on counted.student_key = students.student_key
    left join ranked
        on ranked.student_key = students.student_key
        and ranked.preference = 1
),

worded as (
    select
        deciding.student_key,
        deciding.flag,
        deciding.flag != 'insufficient_data' as is_evidence,
        deciding.percentile as value,
        case
            when deciding.flag != 'insufficient_data'
                then deciding.subject
                    || coalesce(': percentile ' || {{ plain_number('deciding.percentile') }}, '')
                    || coalesce(
                        ', growth percentile ' || {{ plain_number(
                            'deciding.growth_percentile'
                        ) }}, ''
                    )
        end as value_text,
        case
            when deciding.reason_code = 'very_low_percentile' then deciding.percentile_red_below
            when deciding.reason_code in ('low_percentile_and_growth', 'repeated_low_growth')
                then deciding.growth_percentile_low_below
            when deciding.flag != 'insufficient_data' then deciding.percentile_yellow_below
        end as threshold,
        case
            when deciding.reason_code = 'very_low_percentile'
                then 'percentile below ' || {{ plain_number('deciding.percentile_red_below') }}
            when deciding.reason_code = 'low_percentile_and_growth'
                then 'percentile below ' || {{ plain_number('deciding.percentile_yellow_below') }}
                    || ' and growth percentile below '
                    || {{ plain_number('deciding.growth_percentile_low_below') }}
            when deciding.reason_code = 'repeated_low_growth'
                then 'growth percentile below '
                    || {{ plain_number('deciding.growth_percentile_low_below') }} || ', repeatedly'
            when deciding.flag != 'insufficient_data'
                then 'percentile below ' || {{ plain_number('deciding.percentile_yellow_below') }}
        end as threshold_text,
        case
            when deciding.flag = 'insufficient_data' then gaps.words
            when deciding.reason_code = 'repeated_low_growth'
                then {{ sentence_case('deciding.subject') }} || ' growth percentile '
                    || {{ plain_number('deciding.latest_growth') }}
                    || ', low again in a row since '
                    || cast(deciding.evidence_from as {{ dbt.type_string() }})
            when deciding.reason_code = 'low_percentile_and_growth'
                then {{ sentence_case('deciding.subject') }} || ' test at percentile '
                    || {{ plain_number('deciding.percentile') }} || ' with growth percentile '
                    || {{ plain_number('deciding.growth_percentile') }}
                    || ' on ' || cast(deciding.evidence_to as {{ dbt.type_string() }})
            else {{ sentence_case('deciding.subject') }} || ' test at percentile '
                || {{ plain_number('deciding.percentile') }}
                || ' on ' || cast(deciding.evidence_to as {{ dbt.type_string() }})
        end as reason,
        deciding.reason_code,
        deciding.policy_version,
        deciding.evidence_from,
        deciding.evidence_to,
        deciding.as_of_date
    from deciding
    left join gaps
        on gaps.indicator = 'assessment'
        and gaps.reason_code = deciding.reason_code
)

select * from worded
