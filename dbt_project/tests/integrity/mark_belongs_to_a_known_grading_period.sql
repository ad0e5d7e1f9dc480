{{ config(severity='warn', meta={'owner': 'academics'}) }}
-- What it finds: marks whose grading period is not among the source's grading periods.
-- When it matters: they have no dates, so they never decide: the student looks as if there were no
--   marks.
-- How to resolve: load the grading periods of the school and year, or correct the reference in the
--   source.
with

course_marks as (
    select * from {{ ref('int_academics__course_marks') }}
),

grading_periods as (
    select * from {{ ref('dim_grading_period') }}
),

unknown as (
    select
        course_marks.school_key,
        course_marks.school_year,
        course_marks.grading_period_key,
        count(*) as row_count
    from course_marks
    left join grading_periods
        on grading_periods.grading_period_key = course_marks.grading_period_key
    where grading_periods.grading_period_key is null
    group by
        course_marks.school_key,
        course_marks.school_year,
        course_marks.grading_period_key
)

select * from unknown
