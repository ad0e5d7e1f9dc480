-- One row per student, school, day on which grading periods of the school ended, and date since
-- when something more was known of their marks: the counts and the GPA of the period that decides,
-- from valid_from to the day before valid_until.
{%- set measures = [
    'letter_mark_count', 'excluded_mark_count', 'unmapped_mark_count', 'number_mark_count',
    'f_mark_count', 'df_mark_count', 'credited_mark_count', 'credits', 'credit_points',
    'weighted_credit_points', 'pointed_mark_count', 'points', 'weighted_points',
] %}
with

marks as (
    select * from {{ ref('fct_course_mark_history') }}
    where period_end_date is not null
),

changes as (
    select
        student_key,
        grading_period_key,
        period_school_key as school_key,
        period_begin_date,
        period_end_date,
        {{ known_from('period_end_date', 'known_on') }} as change_date,
        {{- course_mark_measures('', '') }}
    from marks
    union all
    -- what is replaced leaves again
    select
        student_key,
        grading_period_key,
        period_school_key as school_key,
        period_begin_date,
        period_end_date,
        {{ known_from('period_end_date', 'replaced_on') }} as change_date,
        {{- course_mark_measures('-(', ')') }}
    from marks
    where replaced_on is not null
),

per_date as (
    select
        changes.student_key,
        changes.grading_period_key,
        changes.school_key,
        changes.period_begin_date,
        changes.period_end_date,
        changes.change_date,
        {{- each_column(measures, 'sum(changes.%s)') }}
    from changes
    group by
        changes.student_key,
        changes.grading_period_key,
        changes.school_key,
        changes.period_begin_date,
        changes.period_end_date,
        changes.change_date
),

running as (
    select
        per_date.student_key,
        per_date.grading_period_key,
        per_date.school_key,
        per_date.period_begin_date,
        per_date.period_end_date,
        per_date.change_date,
        lead(per_date.change_date) over (
            partition by per_date.student_key, per_date.grading_period_key
            order by per_date.change_date
        ) as next_change_date,
        {{- each_column(
            measures,
            'sum(per_date.%s) over ('
            ~ 'partition by per_date.student_key, per_date.grading_period_key'
            ~ ' order by per_date.change_date)'
        ) }}
    from per_date
),

figures as (
    select
        running.student_key,
        running.grading_period_key,
        running.school_key,
        running.period_begin_date,
        running.period_end_date,
        running.change_date,
        running.next_change_date,
        running.letter_mark_count,
        running.excluded_mark_count,
        running.unmapped_mark_count,
        running.number_mark_count,
        {{ grade_figures('running') }}
    from running
),

change_dates as (
    select distinct
        figures.student_key,
        figures.school_key,
        figures.period_end_date,
        figures.change_date
    from figures
),

-- of periods that end on one day (a quarter and its semester) the one with letters, then the
-- shorter
ranked as (
    select
        change_dates.student_key,
        change_dates.school_key,
        change_dates.period_end_date,
        change_dates.change_date as valid_from,
        figures.letter_mark_count,
        figures.excluded_mark_count,
        figures.unmapped_mark_count,
        figures.number_mark_count,
        figures.f_count,
        figures.df_count,
        figures.gpa_unweighted,
        row_number() over (
            partition by
                change_dates.student_key,
                change_dates.school_key,
                change_dates.period_end_date,
                change_dates.change_date
            order by
                case when figures.letter_mark_count > 0 then 0 else 1 end,
                figures.period_begin_date desc,
                figures.grading_period_key
        ) as preference
    from change_dates
    inner join figures
        on figures.student_key = change_dates.student_key
        and figures.school_key = change_dates.school_key
        and figures.period_end_date = change_dates.period_end_date
        and figures.change_date <= change_dates.change_date
        and coalesce(figures.next_change_date > change_dates.change_date, true)
),

steps as (
    select
        ranked.student_key,
        ranked.school_key,
        ranked.period_end_date,
        ranked.valid_from,
        lead(ranked.valid_from) over (
            partition by ranked.student_key, ranked.school_key, ranked.period_end_date
            order by ranked.valid_from
        ) as valid_until,
        cast(ranked.letter_mark_count as integer) as letter_mark_count,
        cast(ranked.excluded_mark_count as integer) as excluded_mark_count,
        cast(ranked.unmapped_mark_count as integer) as unmapped_mark_count,
        cast(ranked.number_mark_count as integer) as number_mark_count,
        cast(ranked.f_count as integer) as f_count,
        cast(ranked.df_count as integer) as df_count,
        ranked.gpa_unweighted
    from ranked
    where ranked.preference = 1
)

select * from steps
