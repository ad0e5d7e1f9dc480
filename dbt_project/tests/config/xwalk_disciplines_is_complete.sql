{{ config(severity='warn', meta={'owner': 'student-services'}) }}
-- What it finds: a discipline of an action without a row in the crosswalk of disciplines.
-- When it matters: the action is kept as `unmapped`; if it is a suspension, the behavior
--   indicator misses it.
-- How to resolve: add the row that reporting.rpt_unmapped_codes names to
--   your own rows (xwalk_disciplines.csv in the folder seeds beside the district files), with the
--   district's code, or with * when it means the same
--   everywhere; or map the code in the source.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
    where crosswalk = 'xwalk_disciplines'
)

select
    unmapped.source,
    unmapped.code,
    unmapped.record_count
from unmapped
