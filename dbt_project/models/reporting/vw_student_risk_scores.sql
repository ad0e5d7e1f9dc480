-- One row per student that the rules judge: tier, level, the figures behind it and the reasons.
with

tiers as (
    select * from {{ ref('risk_tiers') }}
),

levels as (
    select * from {{ ref('risk_levels') }}
),

indicators as (
    select * from {{ ref('risk_indicators') }}
),

level_changes as (
    select * from {{ ref('risk_level_changes') }}
),

students as (
    select * from {{ ref('dim_student') }}
),

schools as (
    select * from {{ ref('dim_school') }}
),

grades as (
    select * from {{ ref('fct_grades_by_period') }}
    where is_latest_closed
),

programs as (
    select * from {{ ref('fct_program_participation') }}
),

predictions as (
    select * from {{ ref('rpt_student_predictions') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

figures as (
    select
        indicators.student_key,
        max(case when indicators.indicator = 'attendance' then indicators.value end)
            as absence_pct,
        max(case when indicators.indicator = 'assessment' then indicators.value end)
            as latest_percentile,
        max(case when indicators.indicator = 'course_grades' then 1 else 0 end) as has_grades
    from indicators
    where indicators.flag in ('none', 'yellow', 'red')
    group by indicators.student_key
),

last_level_changes as (
    select
        level_changes.student_key,
        max(level_changes.changed_on) as changed_on
    from level_changes
    where level_changes.changed_on <= {{ as_of_date() }}
    group by level_changes.student_key
),

-- food service and homelessness are no supports to be shown here: they are confidential by law
supports as (
    select
        programs.student_key,
        max(case when programs.program_type = 'special_education' then 1 else 0 end)
            as has_special_education,
        max(case when programs.program_type = 'language_instruction' then 1 else 0 end)
            as has_language_instruction
    from programs
    where programs.is_open_as_of
    group by programs.student_key
),

scored as (
    select
        students.student_unique_id,
        students.first_name,
        students.last_surname,
        schools.school_id,
        tiers.grade_level,
        -- present is what is not absent: the two are cut at the same place
        100 - {{ cut_number('figures.absence_pct', 2) }} as attendance_pct,
        {{ cut_number('figures.absence_pct', 2) }} as absence_pct,
        -- a grade band whose GPA does not count has none
        case
            when policy.gpa_counts and figures.has_grades = 1
                then {{ cut_number('grades.gpa_unweighted', 2) }}
        end as gpa,
        figures.latest_percentile,
        levels.risk_level,
        last_level_changes.changed_on as risk_level_changed_date,
        tiers.rule_tier,
        tiers.reasons,
        tiers.attendance_flag,
        tiers.course_grades_flag,
        tiers.assessment_flag,
        tiers.behavior_flag,
        tiers.usable_count as usable_indicator_count,
        tiers.applicable_count as applicable_indicator_count,
        coalesce(supports.has_special_education, 0) = 1 as has_special_education_support,
        coalesce(supports.has_language_instruction, 0) = 1 as has_language_instruction_support,
        -- the forecast stands beside the tier and never in it
        predictions.ml_tier,
        predictions.ml_probability,
        predictions.ml_reasons,
        predictions.ml_model_id,
        predictions.ml_as_of_date,
        tiers.policy_version,
        tiers.as_of_date
    from tiers
    inner join students
        on students.student_key = tiers.student_key
    inner join levels
        on levels.student_key = tiers.student_key
    inner join policy
        on policy.grade_band = coalesce(tiers.grade_band, '*')
    left join schools
        on schools.school_key = tiers.school_key
    left join figures
        on figures.student_key = tiers.student_key
    -- at most one period of a student is the latest closed: that of the student's school
    left join grades
        on grades.student_key = tiers.student_key
    left join last_level_changes
        on last_level_changes.student_key = tiers.student_key
    left join supports
        on supports.student_key = tiers.student_key
    left join predictions
        on predictions.student_unique_id = students.student_unique_id
)

select * from scored
