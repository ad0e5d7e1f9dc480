{{ config(severity='warn', meta={'owner': 'academics'}) }}
-- What it finds: a subject code of a course or a learning standard without a row in the crosswalk
--   of subjects.
-- When it matters: the course or the standard stands under the subject `unmapped`.
-- How to resolve: add the row that reporting.rpt_unmapped_codes names to
--   your own rows (xwalk_academic_subjects.csv in the folder seeds beside the district files),
--   with the district's code, or with * when it means
--   the same everywhere; or map the code in the source.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
    where crosswalk = 'xwalk_academic_subjects'
)

select
    unmapped.source,
    unmapped.code,
    unmapped.record_count
from unmapped
