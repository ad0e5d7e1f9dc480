{{ config(severity='warn', meta={'owner': 'academics'}) }}
-- What it finds: a course, offering or section level without a row in the crosswalk of levels.
-- When it matters: the weighted GPA adds nothing for that level.
-- How to resolve: add a row for the code to seeds/xwalk/xwalk_course_levels.csv, with the
--   district's code, or with * when it means the same everywhere.
with

level_codes as (
    select * from {{ ref('int_academics__level_codes') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_course_levels'), ['level_code']) }}
),

unmapped as (
    select
        level_codes.level_code,
        count(*) as row_count
    from level_codes
    left join crosswalk
        on crosswalk.level_code = level_codes.level_code
    where level_codes.level_code is not null
        and crosswalk.level_code is null
    group by level_codes.level_code
)

select * from unmapped
