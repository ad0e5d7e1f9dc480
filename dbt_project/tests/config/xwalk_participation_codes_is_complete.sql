{{ config(severity='warn', meta={'owner': 'student-services'}) }}
-- What it finds: a participation code of a behavior, or of a victim, witness or reporter without
--   a row in the crosswalk of participation.
-- When it matters: the incident is kept as `unmapped` and counts for nobody.
-- How to resolve: add the row that reporting.rpt_unmapped_codes names to
--   your own rows (xwalk_participation_codes.csv in the folder seeds beside the district files),
--   with the district's code, or with * when it means
--   the same everywhere; or map the code in the source.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
    where crosswalk = 'xwalk_participation_codes'
)

select
    unmapped.source,
    unmapped.code,
    unmapped.record_count
from unmapped
