{{ config(severity='warn', meta={'owner': 'academics'}) }}
-- What it finds: a kind of mark of the source without a row in the crosswalk of grade types.
-- When it matters: marks of that kind do not decide, and nobody sees that they are missing.
-- How to resolve: add a row for the code to seeds/xwalk/xwalk_grade_types.csv, with the district's
--   code, or with * when it means the same everywhere.
with

grades as (
    select * from {{ ref('stg_edfi__grades') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_grade_types'), ['grade_type_code']) }}
),

unmapped as (
    select
        grades.grade_type_code,
        count(*) as row_count
    from grades
    left join crosswalk
        on crosswalk.grade_type_code = grades.grade_type_code
    where grades.grade_type_code is not null
        and crosswalk.grade_type_code is null
    group by grades.grade_type_code
)

select * from unmapped
