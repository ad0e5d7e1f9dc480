{{ config(severity='warn', meta={'owner': 'data-platform'}) }}
-- What it finds: a district, school or grade band in which more students are flagged than policy
--   allows (calibration_any_flag_max_pct), with the indicator that flags most of them.
-- When it matters: when nearly everyone is flagged nobody gets help, and one source is usually
--   wrong (a calendar too short, marks on another scale).
-- How to resolve: look at the leading indicator in rpt_student_indicators and rpt_data_readiness;
--   mend the source or its crosswalk, or change the policy with a new row.
with

calibration as (
    select * from {{ ref('rpt_tier_calibration') }}
),

overflagged as (
    select distinct
        calibration.group_level,
        calibration.school_id,
        calibration.grade_band,
        calibration.student_count,
        calibration.any_flag_pct,
        calibration.any_flag_max_pct,
        calibration.leading_indicator
    from calibration
    where calibration.is_overflagged
)

select * from overflagged
