{{ config(meta={'owner': 'academics'}) }}
-- What it finds: students whose course-grade indicator rests on another grading period than the one
--   that fct_grades_by_period marks as their latest closed.
-- When it matters: reports would show the GPA of one period beside a flag of another.
-- How to resolve: both break ties of periods that end on one day; make
--   risk_indicator__course_grades and fct_grades_by_period break them alike.
with

indicators as (
    select * from {{ ref('risk_indicator__course_grades') }}
),

grades as (
    select * from {{ ref('fct_grades_by_period') }}
    where is_latest_closed
),

periods as (
    select * from {{ ref('dim_grading_period') }}
),

students as (
    select * from {{ ref('risk_students') }}
),

apart as (
    select
        indicators.student_key,
        indicators.evidence_from,
        indicators.evidence_to,
        grades.grading_period_key
    from indicators
    inner join students
        on students.student_key = indicators.student_key
    left join grades
        on grades.student_key = indicators.student_key
    left join periods
        on periods.grading_period_key = grades.grading_period_key
    where indicators.flag in ('none', 'yellow', 'red')
        and (
            grades.student_key is null
            or periods.school_key != students.school_key
            or periods.begin_date != indicators.evidence_from
            or periods.end_date != indicators.evidence_to
        )
)

select * from apart
