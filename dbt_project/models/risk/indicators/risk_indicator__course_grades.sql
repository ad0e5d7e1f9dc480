-- One row per student that the rules judge: the course-grade indicator of the latest closed grading
-- period of the student's school.
with

students as (
    select * from {{ ref('risk_students') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

periods as (
    select * from {{ ref('dim_grading_period') }}
),

grades as (
    select * from {{ ref('fct_grades_by_period') }}
),

marks as (
    select * from {{ ref('fct_mark') }}
    where grade_type = 'unmapped'
),

gaps as (
    select * from {{ ref('indicator_gaps') }}
),

schools_with_periods as (
    select
        periods.school_key,
        max(case when periods.is_latest_closed then 1 else 0 end) as has_closed_period
    from periods
    group by periods.school_key
),

-- marks of a kind that nobody has mapped decide nothing, but are no missing marks
unmapped_kinds as (
    select distinct
        marks.student_key,
        marks.grading_period_key
    from marks
),

closed_periods as (
    select
        students.student_key,
        periods.grading_period_name,
        periods.begin_date,
        periods.end_date,
        grades.letter_mark_count,
        grades.excluded_mark_count,
        grades.unmapped_mark_count,
        grades.number_mark_count,
        unmapped_kinds.student_key is not null as has_unmapped_kinds,
        grades.f_count,
        grades.df_count,
        grades.gpa_unweighted,
        -- periods that end on one day (a quarter and its semester): the one with letters decides,
        -- then the shorter one
        row_number() over (
            partition by students.student_key
            order by
                case when grades.letter_mark_count > 0 then 0 else 1 end,
                case when grades.student_key is not null then 0 else 1 end,
                periods.begin_date desc,
                periods.grading_period_key
        ) as preference
    from students
    inner join periods
        on periods.school_key = students.school_key
        and periods.is_latest_closed
    left join grades
        on grades.student_key = students.student_key
        and grades.grading_period_key = periods.grading_period_key
    left join unmapped_kinds
        on unmapped_kinds.student_key = students.student_key
        and unmapped_kinds.grading_period_key = periods.grading_period_key
),

measured as (
    select
        students.student_key,
        students.policy_version,
        students.as_of_date,
        policy.any_df_yellow_count,
        policy.df_red_count,
        policy.gpa_red_below,
        closed_periods.grading_period_name,
        closed_periods.begin_date,
        closed_periods.end_date,
        closed_periods.letter_mark_count,
        case
            when {{ has_unreadable_marks('closed_periods') }}
                then closed_periods.unmapped_mark_count - closed_periods.number_mark_count
        end as unreadable_mark_count,
        closed_periods.f_count,
        closed_periods.df_count,
        case when policy.gpa_counts then closed_periods.gpa_unweighted end as gpa,
        {{ course_grades_gap(
            'closed_periods',
            'policy',
            'students.school_key',
            '(schools_with_periods.school_key is not null)',
            '(schools_with_periods.has_closed_period = 1)',
            'closed_periods.has_unmapped_kinds'
        ) }} as gap_code
    from students
    inner join policy
        on policy.grade_band = students.policy_grade_band
    left join schools_with_periods
        on schools_with_periods.school_key = students.school_key
    left join closed_periods
        on closed_periods.student_key = students.student_key
        and closed_periods.preference = 1
),

flagged as (
    select
        measured.student_key,
        measured.policy_version,
        measured.as_of_date,
        measured.any_df_yellow_count,
        measured.df_red_count,
        measured.gpa_red_below,
        measured.grading_period_name,
        measured.begin_date,
        measured.end_date,
        measured.letter_mark_count,
        measured.unreadable_mark_count,
        measured.f_count,
        measured.df_count,
        measured.gpa,
        measured.gap_code,
        {{ course_grades_reason('measured') }} as reason_code
    from measured
),

worded as (
    select
        flagged.student_key,
        {{ course_grades_flag('flagged') }} as flag,
        flagged.gap_code is null as is_evidence,
        case
            when flagged.reason_code = 'low_gpa' then flagged.gpa
            when flagged.gap_code is null then flagged.df_count
        end as value,
        case
            when flagged.gap_code is null
                then {{ plain_number('flagged.df_count') }} || ' D or F, '
                    || {{ plain_number('flagged.f_count') }} || ' F, of '
                    || {{ plain_number('flagged.letter_mark_count') }} || ' courses'
                    || coalesce('; GPA ' || {{ fixed_number('flagged.gpa', 2) }}, '')
        end as value_text,
        case
            when flagged.reason_code = 'low_gpa' then flagged.gpa_red_below
            when flagged.reason_code = 'repeated_d_or_f' then flagged.df_red_count
            when flagged.gap_code is null then flagged.any_df_yellow_count
        end as threshold,
        case
            when flagged.reason_code = 'low_gpa'
                then 'GPA below ' || {{ plain_number('flagged.gpa_red_below') }}
            when flagged.reason_code = 'repeated_d_or_f'
                then {{ plain_number('flagged.df_red_count') }} || ' or more courses with D or F'
            when flagged.gap_code is null
                then {{ plain_number('flagged.any_df_yellow_count') }}
                    || ' or more courses with D or F'
        end as threshold_text,
        case
            when flagged.gap_code = 'some_unmapped_marks'
                then gaps.words || ': ' || {{ plain_number('flagged.unreadable_mark_count') }}
                    || ' of '
                    || {{ plain_number(
                        '(flagged.unreadable_mark_count + flagged.letter_mark_count)'
                    ) }}
                    || ' (' || flagged.grading_period_name || ')'
            when flagged.gap_code is not null then gaps.words
            else
                'D or F in ' || {{ plain_number('flagged.df_count') }} || ' of '
                || {{ plain_number('flagged.letter_mark_count') }} || ' courses'
                || coalesce(
                    ', ' || {{ plain_number('flagged.unreadable_mark_count') }}
                    || ' more cannot be read', ''
                )
                || coalesce(', GPA ' || {{ fixed_number('flagged.gpa', 2) }}, '')
                || ' (' || flagged.grading_period_name || ')'
        end as reason,
        flagged.reason_code,
        flagged.policy_version,
        flagged.begin_date as evidence_from,
        flagged.end_date as evidence_to,
        flagged.as_of_date
    from flagged
    left join gaps
        on gaps.indicator = 'course_grades'
        and gaps.reason_code = flagged.gap_code
)

select * from worded
