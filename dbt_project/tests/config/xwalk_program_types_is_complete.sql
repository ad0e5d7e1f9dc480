{{ config(severity='warn', meta={'owner': 'student-services'}) }}
-- What it finds: a program type, of an association without a kind of its own without a row in the
--   crosswalk of program types.
-- When it matters: the participation stands under the program type `unmapped`.
-- How to resolve: add the row that reporting.rpt_unmapped_codes names to
--   your own rows (xwalk_program_types.csv in the folder seeds beside the district files), with
--   the district's code, or with * when it means the
--   same everywhere; or map the code in the source.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
    where crosswalk = 'xwalk_program_types'
)

select
    unmapped.source,
    unmapped.code,
    unmapped.record_count
from unmapped
