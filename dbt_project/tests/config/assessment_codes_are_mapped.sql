{{ config(severity='warn', meta={'owner': 'assessment'}) }}
-- What it finds: a subject, kind of score, performance level or event circumstance of a source
-- that no
--   crosswalk knows.
-- When it matters: a result of an unmapped subject never decides, an unmapped kind of score is
-- never a
--   percentile, and an unmapped circumstance leaves a spoiled test valid.
-- How to resolve: add the row that reporting.rpt_unmapped_codes names to your own rows, in the
--   folder seeds beside the district files.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
    where crosswalk in (
            'xwalk_assessment_subjects',
            'xwalk_assessment_score_methods',
            'xwalk_assessment_levels',
            'xwalk_assessment_circumstances'
        )
)

select
    unmapped.crosswalk,
    unmapped.source,
    unmapped.code,
    unmapped.record_count
from unmapped
