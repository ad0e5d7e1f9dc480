-- One row per grade band: the numbers in force on the as-of date for this district, one column
-- each. A student whose grade level is not known is judged by the row of grade band '*'.
{%- set policies = {
    'chronic_absence_pct': 'numeric',
    'severe_absence_pct': 'numeric',
    'min_enrolled_days': 'integer',
    'section_absence_counts_as_day': 'boolean',
    'class_absence_counts_at_daily_schools': 'boolean',
    'attendance_stale_warn_days': 'integer',
    'attendance_stale_insufficient_days': 'integer',
    'any_df_yellow_count': 'integer',
    'df_red_count': 'integer',
    'gpa_red_below': 'numeric',
    'gpa_counts': 'boolean',
    'course_grades_need_letters': 'boolean',
    'percentile_yellow_below': 'numeric',
    'percentile_red_below': 'numeric',
    'growth_percentile_low_below': 'numeric',
    'growth_low_consecutive_results': 'integer',
    'assessment_max_age_days': 'integer',
    'other_language_tests_decide': 'boolean',
    'assessment_id_agreement_min_rate': 'numeric',
    'incidents_yellow_count': 'integer',
    'incidents_red_count': 'integer',
    'in_school_suspension_is_red': 'boolean',
    'out_of_school_suspension_is_red': 'boolean',
    'expulsion_is_red': 'boolean',
    'tier_applies': 'boolean',
    'some_risk_yellow_count': 'integer',
    'at_risk_yellow_count': 'integer',
    'at_risk_red_count': 'integer',
    'high_risk_red_count': 'integer',
    'calibration_low_risk_min_pct': 'numeric',
    'calibration_low_risk_max_pct': 'numeric',
    'calibration_some_risk_min_pct': 'numeric',
    'calibration_some_risk_max_pct': 'numeric',
    'calibration_at_risk_min_pct': 'numeric',
    'calibration_at_risk_max_pct': 'numeric',
    'calibration_high_risk_min_pct': 'numeric',
    'calibration_high_risk_max_pct': 'numeric',
    'calibration_any_flag_max_pct': 'numeric',
    'alert_when_first_known_rank': 'integer',
    'alert_max_age_days': 'integer',
} %}
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
        {%- for name, type in policies.items() %}
            {{ policy_value(name, type) }} as {{ name }},
        {%- endfor %}
        in_force.grade_band
    from in_force
    group by in_force.grade_band
),

joined as (
    select
        typed.grade_band,
        {%- for name in policies %}
            typed.{{ name }},
        {%- endfor %}
        versioned.policy_version
    from typed
    inner join versioned
        on versioned.grade_band = typed.grade_band
)

select * from joined
