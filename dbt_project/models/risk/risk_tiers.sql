-- One row per student that the rules judge: the tier by the rules, and the reasons for it.
with

students as (
    select * from {{ ref('risk_students') }}
),

indicators as (
    select * from {{ ref('risk_indicators') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

tier_ladder as (
    select * from {{ ref('tier_ladder') }}
),

counted as (
    select
        indicators.student_key,
        max(case when indicators.indicator = 'attendance' then indicators.flag end)
            as attendance_flag,
        max(case when indicators.indicator = 'course_grades' then indicators.flag end)
            as course_grades_flag,
        max(case when indicators.indicator = 'assessment' then indicators.flag end)
            as assessment_flag,
        max(case when indicators.indicator = 'behavior' then indicators.flag end)
            as behavior_flag,
        sum(case when indicators.flag = 'yellow' then 1 else 0 end) as yellow_count,
        sum(case when indicators.flag = 'red' then 1 else 0 end) as red_count,
        sum(case when indicators.flag in ('none', 'yellow', 'red') then 1 else 0 end)
            as usable_count,
        sum(case when indicators.flag != 'not_applicable' then 1 else 0 end) as applicable_count,
        sum(case when indicators.is_evidence then 1 else 0 end) as evidence_count,
        {{ dbt.listagg(
            measure="case when indicators.flag in ('yellow', 'red') then indicators.reason end",
            delimiter_text="'; '",
            order_by_clause="order by case indicators.flag when 'red' then 0 else 1 end,"
                ~ " indicators.indicator",
        ) }} as flag_reasons,
        {{ dbt.listagg(
            measure="case when indicators.flag = 'insufficient_data' then indicators.reason end",
            delimiter_text="'; '",
            order_by_clause="order by indicators.indicator",
        ) }} as gap_reasons
    from indicators
    group by indicators.student_key
),

tiered as (
    select
        students.student_key,
        students.school_key,
        students.grade_level,
        students.grade_band,
        students.policy_version,
        students.as_of_date,
        counted.attendance_flag,
        counted.course_grades_flag,
        counted.assessment_flag,
        counted.behavior_flag,
        counted.yellow_count,
        counted.red_count,
        counted.usable_count,
        counted.applicable_count,
        counted.flag_reasons,
        counted.gap_reasons,
        {{ rule_tier('counted', 'policy', "students.enrollment_status != 'no_enrollment'") }}
            as rule_tier
    from students
    inner join policy
        on policy.grade_band = students.policy_grade_band
    inner join counted
        on counted.student_key = students.student_key
),

explained as (
    select
        tiered.student_key,
        tiered.school_key,
        tiered.grade_level,
        tiered.grade_band,
        tiered.rule_tier,
        tier_ladder.tier_rank,
        tiered.attendance_flag,
        tiered.course_grades_flag,
        tiered.assessment_flag,
        tiered.behavior_flag,
        cast(tiered.yellow_count as integer) as yellow_count,
        cast(tiered.red_count as integer) as red_count,
        cast(tiered.usable_count as integer) as usable_count,
        cast(tiered.applicable_count as integer) as applicable_count,
        case
            when tiered.rule_tier = 'Not applicable'
                then 'Students of this grade get no tier'
                    || coalesce('; ' || tiered.flag_reasons, '')
            when tiered.rule_tier = 'Insufficient data'
                then coalesce(
                        tiered.gap_reasons, 'Nothing is known but that no incident is on file'
                    )
                    || coalesce('; ' || tiered.flag_reasons, '')
            when tiered.rule_tier = 'Low Risk'
                then 'No flag in ' || {{ plain_number('tiered.usable_count') }} || ' of '
                    || {{ plain_number('tiered.applicable_count') }}
                    || ' indicators that apply'
            else tiered.flag_reasons
        end as reasons,
        tiered.policy_version,
        tiered.as_of_date
    from tiered
    inner join tier_ladder
        on tier_ladder.rule_tier = tiered.rule_tier
)

select * from explained
