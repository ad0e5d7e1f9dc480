-- One row per grade band: the numbers in force on the as-of date for this district, one column
-- each. A student whose grade level is not known is judged by the row of grade band '*'.
with

in_force as (
    select * from {{ ref('int_policy__in_force') }}
),

versioned as (
    select
        in_force.grade_band,
        -- two rows have the same version exactly when every number is the same
        cast(max(in_force.effective_from) as {{ dbt.type_string() }}) || ' '
        || substr({{ dbt.hash(dbt.listagg(
            measure="in_force.policy_name || '=' || in_force.policy_value",
            delimiter_text="','",
            order_by_clause="order by in_force.policy_name",
        )) }}, 1, 8) as policy_version
    from in_force
    group by in_force.grade_band
),

typed as (
    select
        in_force.grade_band,
        {{ policy_value('chronic_absence_pct', 'numeric') }} as chronic_absence_pct,
        {{ policy_value('severe_absence_pct', 'numeric') }} as severe_absence_pct,
        {{ policy_value('min_enrolled_days', 'integer') }} as min_enrolled_days,
        {{ policy_value('section_absence_counts_as_day', 'boolean') }}
            as section_absence_counts_as_day,
        {{ policy_value('class_absence_counts_at_daily_schools', 'boolean') }}
            as class_absence_counts_at_daily_schools,
        {{ policy_value('attendance_stale_warn_days', 'integer') }} as attendance_stale_warn_days,
        {{ policy_value('attendance_stale_insufficient_days', 'integer') }}
            as attendance_stale_insufficient_days,
        {{ policy_value('any_df_yellow_count', 'integer') }} as any_df_yellow_count,
        {{ policy_value('df_red_count', 'integer') }} as df_red_count,
        {{ policy_value('gpa_red_below', 'numeric') }} as gpa_red_below,
        {{ policy_value('gpa_counts', 'boolean') }} as gpa_counts,
        {{ policy_value('course_grades_need_letters', 'boolean') }} as course_grades_need_letters,
        {{ policy_value('percentile_yellow_below', 'numeric') }} as percentile_yellow_below,
        {{ policy_value('percentile_red_below', 'numeric') }} as percentile_red_below,
        {{ policy_value('growth_percentile_low_below', 'numeric') }} as growth_percentile_low_below,
        {{ policy_value('growth_low_consecutive_results', 'integer') }}
            as growth_low_consecutive_results,
        {{ policy_value('assessment_max_age_days', 'integer') }} as assessment_max_age_days,
        {{ policy_value('other_language_tests_decide', 'boolean') }} as other_language_tests_decide,
        {{ policy_value('assessment_id_agreement_min_rate', 'numeric') }}
            as assessment_id_agreement_min_rate,
        {{ policy_value('incidents_yellow_count', 'integer') }} as incidents_yellow_count,
        {{ policy_value('incidents_red_count', 'integer') }} as incidents_red_count,
        {{ policy_value('in_school_suspension_is_red', 'boolean') }} as in_school_suspension_is_red,
        {{ policy_value('out_of_school_suspension_is_red', 'boolean') }}
            as out_of_school_suspension_is_red,
        {{ policy_value('expulsion_is_red', 'boolean') }} as expulsion_is_red,
        {{ policy_value('tier_applies', 'boolean') }} as tier_applies,
        {{ policy_value('some_risk_yellow_count', 'integer') }} as some_risk_yellow_count,
        {{ policy_value('at_risk_yellow_count', 'integer') }} as at_risk_yellow_count,
        {{ policy_value('at_risk_red_count', 'integer') }} as at_risk_red_count,
        {{ policy_value('high_risk_red_count', 'integer') }} as high_risk_red_count,
        {{ policy_value('calibration_low_risk_min_pct', 'numeric') }}
            as calibration_low_risk_min_pct,
        {{ policy_value('calibration_low_risk_max_pct', 'numeric') }}
            as calibration_low_risk_max_pct,
        {{ policy_value('calibration_some_risk_min_pct', 'numeric') }}
            as calibration_some_risk_min_pct,
        {{ policy_value('calibration_some_risk_max_pct', 'numeric') }}
            as calibration_some_risk_max_pct,
        {{ policy_value('calibration_at_risk_min_pct', 'numeric') }} as calibration_at_risk_min_pct,
        {{ policy_value('calibration_at_risk_max_pct', 'numeric') }} as calibration_at_risk_max_pct,
        {{ policy_value('calibration_high_risk_min_pct', 'numeric') }}
            as calibration_high_risk_min_pct,
        {{ policy_value('calibration_high_risk_max_pct', 'numeric') }}
            as calibration_high_risk_max_pct,
        {{ policy_value('calibration_any_flag_max_pct', 'numeric') }}
            as calibration_any_flag_max_pct,
        {{ policy_value('alert_when_first_known_rank', 'integer') }} as alert_when_first_known_rank,
        {{ policy_value('alert_max_age_days', 'integer') }} as alert_max_age_days
    from in_force
    group by in_force.grade_band
),

joined as (
    select
        typed.grade_band,
        versioned.policy_version,
        typed.chronic_absence_pct,
        typed.severe_absence_pct,
        typed.min_enrolled_days,
        typed.section_absence_counts_as_day,
        typed.class_absence_counts_at_daily_schools,
        typed.attendance_stale_warn_days,
        typed.attendance_stale_insufficient_days,
        typed.any_df_yellow_count,
        typed.df_red_count,
        typed.gpa_red_below,
        typed.gpa_counts,
        typed.course_grades_need_letters,
        typed.percentile_yellow_below,
        typed.percentile_red_below,
        typed.growth_percentile_low_below,
        typed.growth_low_consecutive_results,
        typed.assessment_max_age_days,
        typed.other_language_tests_decide,
        typed.assessment_id_agreement_min_rate,
        typed.incidents_yellow_count,
        typed.incidents_red_count,
        typed.in_school_suspension_is_red,
        typed.out_of_school_suspension_is_red,
        typed.expulsion_is_red,
        typed.tier_applies,
        typed.some_risk_yellow_count,
        typed.at_risk_yellow_count,
        typed.at_risk_red_count,
        typed.high_risk_red_count,
        typed.calibration_low_risk_min_pct,
        typed.calibration_low_risk_max_pct,
        typed.calibration_some_risk_min_pct,
        typed.calibration_some_risk_max_pct,
        typed.calibration_at_risk_min_pct,
        typed.calibration_at_risk_max_pct,
        typed.calibration_high_risk_min_pct,
        typed.calibration_high_risk_max_pct,
        typed.calibration_any_flag_max_pct,
        typed.alert_when_first_known_rank,
        typed.alert_max_age_days
    from typed
    inner join versioned
        on versioned.grade_band = typed.grade_band
)

select * from joined
