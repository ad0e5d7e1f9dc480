{{ config(meta={'owner': 'assessment'}) }}
-- What it finds: a student and subject with two results that both claim to decide, or a
--   deciding result that is not valid, too old, or dated after the as-of date.
-- When it matters: the assessment indicator would count a subject twice or read a result it may
--   not use.
-- How to resolve: look at the ranking in fct_assessment_result for this student and subject.
with

results as (
    select * from {{ ref('fct_assessment_result') }}
    where is_latest_valid
),

counted as (
    select
        results.student_key,
        results.subject,
        count(*) as deciding_count,
        sum(case
            when not results.is_valid or results.administered_on > {{ as_of_date() }} then 1 else 0
        end) as wrong_count
    from results
    group by results.student_key, results.subject
),

wrong as (
    select * from counted
    where deciding_count > 1
        or wrong_count > 0
)

select * from wrong
