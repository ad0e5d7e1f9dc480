{{ config(meta={'owner': 'academics'}) }}
-- What it finds: students with two grading periods that both decide.
-- When it matters: the course-grade indicator would have two answers.
-- How to resolve: look at dim_grading_period for the school: two periods that end on one day need
--   a tie-breaker in fct_grades_by_period.
with

grades as (
    select * from {{ ref('fct_grades_by_period') }}
),

doubled as (
    select
        student_key,
        count(*) as period_count
    from grades
    where is_latest_closed
    group by student_key
    having count(*) > 1
)

select * from doubled
