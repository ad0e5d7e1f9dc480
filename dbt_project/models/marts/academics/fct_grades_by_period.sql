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
        sum(case when mark_kind = 'letter' then 1 else 0 end) as letter_mark_count,
        sum(case when mark_kind = 'excluded' then 1 else 0 end) as excluded_mark_count,
        sum(case when mark_kind = 'unmapped' then 1 else 0 end) as unmapped_mark_count,
        sum(case when letter_family = 'F' then 1 else 0 end) as f_count,
        sum(case when letter_family in ('D', 'F') then 1 else 0 end) as df_count,
        sum(case when mark_kind = 'letter' and credits is not null then 1 else 0 end)
            as credited_mark_count,
        sum(case when mark_kind = 'letter' then credits end) as credits,
        sum(grade_points * credits) as credit_points,
        sum(weighted_grade_points * credits) as weighted_credit_points,
        avg(grade_points) as mean_points,
        avg(weighted_grade_points) as mean_weighted_points
    from course_marks
    group by
        student_key,
        grading_period_key
),

averaged as (
    select
        student_key,
        grading_period_key,
        school_key,
        school_year,
        period_end_date,
        letter_mark_count,
        excluded_mark_count,
        unmapped_mark_count,
        -- only marks that nobody can read yet: not known, which is not zero
        case when letter_mark_count = 0 and unmapped_mark_count > 0 then null else f_count end
            as f_count,
        case when letter_mark_count = 0 and unmapped_mark_count > 0 then null else df_count end
            as df_count,
        case
            when letter_mark_count = 0 then null
            when credited_mark_count = 0 then 'equal'
            when credited_mark_count < letter_mark_count then 'credits_partial'
            else 'credits'
        end as gpa_weighting,
        -- no course of the period has credits: every course weighs the same. Some have:
        -- those count.
        case
            when credited_mark_count = 0 then mean_points
            else credit_points / nullif(credits, 0)
        end as gpa_unweighted,
        case
            when credited_mark_count = 0 then mean_weighted_points
            else weighted_credit_points / nullif(credits, 0)
        end as gpa_weighted
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
