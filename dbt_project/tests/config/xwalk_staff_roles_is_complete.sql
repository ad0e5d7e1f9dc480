{{ config(severity='warn', meta={'owner': 'human-resources'}) }}
-- What it finds: a staff position without a row in the crosswalk of roles.
-- When it matters: the person's role is `unmapped`, and rules about who may see whom cannot use
--   it.
-- How to resolve: add the row that reporting.rpt_unmapped_codes names to
--   your own rows (xwalk_staff_roles.csv in the folder seeds beside the district files), with the
--   district's code, or with * when it means the same
--   everywhere; or map the code in the source.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
    where crosswalk = 'xwalk_staff_roles'
)

select
    unmapped.source,
    unmapped.code,
    unmapped.record_count
from unmapped
