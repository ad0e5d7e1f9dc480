{{ config(severity='warn', meta={'owner': 'academics'}) }}
-- What it finds: a kind of mark of the source without a row in the crosswalk of grade types.
-- When it matters: marks of that kind do not decide; who has no others has no such flag.
-- How to resolve: add the row that reporting.rpt_unmapped_codes names to
--   your own rows (xwalk_grade_types.csv in the folder seeds beside the district files), with the
--   district's code, or with * when it means the same
--   everywhere; or map the code in the source.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
    where crosswalk = 'xwalk_grade_types'
)

select
    unmapped.source,
    unmapped.code,
    unmapped.record_count
from unmapped
