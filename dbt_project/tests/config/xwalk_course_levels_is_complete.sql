{{ config(severity='warn', meta={'owner': 'academics'}) }}
-- What it finds: a level of a course, an offering or a section without a row in the crosswalk of
--   levels.
-- When it matters: the weighted GPA adds nothing for that level.
-- How to resolve: add the row that reporting.rpt_unmapped_codes names to
--   your own rows (xwalk_course_levels.csv in the folder seeds beside the district files), with
--   the district's code, or with * when it means the
--   same everywhere; or map the code in the source.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
    where crosswalk = 'xwalk_course_levels'
)

select
    unmapped.source,
    unmapped.code,
    unmapped.record_count
from unmapped
