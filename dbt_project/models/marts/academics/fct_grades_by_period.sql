-- One row per student and grading period with any mark of that period, K-5 too: how many courses
-- failed, how many D or F, and the GPA. The one place that computes f_count, df_count and GPA.
with

course_marks as (
    select * from {{ ref('fct_course_mark') }}
),

grading_periods as (
    select * from {{ ref('dim_grading_period') }}
),

students as (
    select * from {{ ref('dim_student') }}
),

totals as (
    select
        student_key,
        grading_period_key,
        max(school_key) as school_key,
        max(school_year) as school_year,
        max(period_end_date) as period_end_date,
        {{- course_mark_measures('sum(', ')') }}
    from course_marks
    group by
        student_key,
        grading_period_key
),

averaged as (
    select
        totals.student_key,
        totals.grading_period_key,
        totals.school_key,
        totals.school_year,
        totals.period_end_date,
        totals.letter_mark_count,
        totals.excluded_mark_count,
        totals.unmapped_mark_count,
        totals.number_mark_count,
        case
            when totals.letter_mark_count = 0 or {{ has_unreadable_marks('totals') }} then null
            when totals.credited_mark_count = 0 then 'equal'
            when totals.credited_mark_count < totals.letter_mark_count then 'credits_partial'
            else 'credits'
        end as gpa_weighting,
        {{ grade_figures('totals') }}
    from totals
),

candidates as (
    select
        averaged.student_key,
        averaged.grading_period_key,
        averaged.letter_mark_count,
        grading_periods.begin_date,
        grading_periods.end_date
    from averaged
    inner join grading_periods
        on grading_periods.grading_period_key = averaged.grading_period_key
    left join students
        on students.student_key = averaged.student_key
    where grading_periods.is_latest_closed
        -- the student's school today says which period is the latest; without one, any school may
        and grading_periods.school_key = coalesce(students.school_key, grading_periods.school_key)
),

ranked as (
    select
        student_key,
        grading_period_key,
        -- periods that end on one day (a quarter and its semester): the one with letters, then the
        -- shorter one
        row_number() over (
            partition by student_key
            order by
                end_date desc,
                case when letter_mark_count > 0 then 0 else 1 end,
                begin_date desc,
                grading_period_key
        ) as preference
    from candidates
),

final as (
    select
        averaged.student_key,
        averaged.grading_period_key,
        averaged.school_key,
        averaged.school_year,
        averaged.period_end_date,
        coalesce(ranked.preference = 1, false) as is_latest_closed,
        cast(averaged.letter_mark_count as integer) as letter_mark_count,
        cast(averaged.excluded_mark_count as integer) as excluded_mark_count,
        cast(averaged.unmapped_mark_count as integer) as unmapped_mark_count,
        cast(averaged.number_mark_count as integer) as number_mark_count,
        cast(averaged.f_count as integer) as f_count,
        cast(averaged.df_count as integer) as df_count,
        averaged.gpa_unweighted,
        averaged.gpa_weighted,
        averaged.gpa_weighting
    from averaged
    left join ranked
        on ranked.student_key = averaged.student_key
        and ranked.grading_period_key = averaged.grading_period_key
)

select * from final
