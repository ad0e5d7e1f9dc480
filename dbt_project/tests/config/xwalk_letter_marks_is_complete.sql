{{ config(severity='warn', tags=['across_layers'], meta={'owner': 'academics'}) }}
-- What it finds: a mark of the source that is neither a known letter nor a known mark without
--   points.
-- When it matters: the course is in no count and in no GPA; the period's unmapped_mark_count shows
--   it.
-- How to resolve: add a row for the code to seeds/xwalk/xwalk_letter_marks.csv (or
--   xwalk_excluded_marks.csv), with the
--   district's code, or with * when it means the same everywhere.
with

grades as (
    select * from {{ ref('stg_edfi__grades') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_letter_marks'), ['letter_grade']) }}
),

excluded_marks as (
    {{ district_rows(ref('xwalk_excluded_marks'), ['letter_grade']) }}
),

unmapped as (
    select
        grades.letter_grade,
        count(*) as row_count
    from grades
    left join crosswalk
        on crosswalk.letter_grade = grades.letter_grade
    left join excluded_marks
        on excluded_marks.letter_grade = grades.letter_grade
    where grades.letter_grade is not null
        and crosswalk.letter_grade is null
        and excluded_marks.letter_grade is null
    group by grades.letter_grade
)

select * from unmapped
