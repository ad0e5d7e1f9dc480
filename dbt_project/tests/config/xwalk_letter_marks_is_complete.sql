{{ config(severity='warn', meta={'owner': 'academics'}) }}
-- What it finds: a mark of the source that is neither a known letter nor a known mark without
--   points without a row in the crosswalk of letters.
-- When it matters: the course is in no count and in no GPA; the period's unmapped_mark_count
--   shows it.
-- How to resolve: add the row that reporting.rpt_unmapped_codes names to
--   your own rows (xwalk_letter_marks.csv in the folder seeds beside the district files), with
--   the district's code, or with * when it means the
--   same everywhere; or map the code in the source.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
    where crosswalk = 'xwalk_letter_marks'
)

select
    unmapped.source,
    unmapped.code,
    unmapped.record_count
from unmapped
