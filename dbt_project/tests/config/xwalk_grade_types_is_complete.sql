{{ config(severity='warn', meta={'owner': 'academics'}) }}
-- What it finds: a kind of mark of the source without a row in the crosswalk of grade types.
-- When it matters: marks of that kind do not decide; who has no others has no such flag.
-- How to resolve: map the code in the source, or add a row for it to
--   seeds/xwalk/xwalk_grade_types.csv, with the district's code, or with * when it means
--   the same everywhere.
with

grades as (
    select * from {{ ref('stg_edfi__grades') }}
),

code_mappings as (
    select * from {{ ref('int_codes__mapped') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_grade_types'), ['grade_type_code']) }}
),

unmapped as (
    select
        grades.grade_type_code,
        count(*) as row_count
    from grades
    left join code_mappings
        on code_mappings.descriptor_namespace = grades.grade_type_namespace
        and code_mappings.code = grades.grade_type_code
    left join crosswalk
        on crosswalk.grade_type_code in (grades.grade_type_code, code_mappings.mapped_code)
    where grades.grade_type_code is not null
        and crosswalk.grade_type_code is null
    group by grades.grade_type_code
)

select * from unmapped
