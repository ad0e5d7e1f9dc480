{{ config(severity='warn', meta={'owner': 'data-platform'}) }}
-- What it finds: grade level codes of enrolments that the crosswalk does not know, with their
-- number.
-- When it matters: the student's grade band is unknown, so the district's defaults judge the
-- student.
-- How to resolve: add a row to your own xwalk_grade_level.csv (in the folder seeds beside the
--   district files); leave the grade level empty for a code that is no grade.
with

spells as (
    select * from {{ ref('can_enrollments') }}
),

findings as (
    select
        spells.grade_level_code,
        count(*) as enrollment_count
    from spells
    where spells.is_grade_level_unmapped
    group by spells.grade_level_code
)

select * from findings
