{{ config(severity='warn', meta={'owner': 'academics'}) }}
-- What it finds: students whose GPA of a school year, from the grading periods' marks here, is
--   more than 0.5 points away from the unweighted GPA of the term or the only GPA that the source
--   stores for that year (not cumulative). Tolerance set 2026-11-22: a term's GPA rests on final
--   marks, ours on the periods'.
-- When it matters: many rows mean that letters, credits or levels are read differently here; a few
--   are late changes.
-- How to resolve: compare fct_course_mark with the report card of one of the students; check
--   xwalk_letter_marks.csv and the credits of the sections.
with

reported_gpas as (
    select * from {{ ref('fct_reported_gpa') }}
),

grades as (
    select * from {{ ref('fct_grades_by_period') }}
),

ours as (
    select
        student_key,
        school_year,
        avg(gpa_unweighted) as gpa
    from grades
    where gpa_unweighted is not null
    group by
        student_key,
        school_year
),

theirs as (
    select
        student_key,
        school_year,
        avg(gpa) as gpa
    from reported_gpas
    where not is_cumulative
        and gpa_type_code in ('unweighted', 'on the record')
    group by
        student_key,
        school_year
),

apart as (
    select
        theirs.student_key,
        theirs.school_year,
        theirs.gpa as stored_gpa,
        ours.gpa as our_gpa
    from theirs
    inner join ours
        on ours.student_key = theirs.student_key
        and ours.school_year = theirs.school_year
    where abs(theirs.gpa - ours.gpa) > 0.5
)

select * from apart
