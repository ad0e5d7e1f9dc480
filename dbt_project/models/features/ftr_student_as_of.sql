-- One row per student enrolled on an as-of date, and that date: what a forecast may look at. Every
-- figure rests on facts that had happened and were known on that date.
--
-- A stored date keeps what was known then; the run's own date is written anew, and dates that are
-- missing are added. A full refresh computes all of them from what is known of each fact now.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        indexes=[{'columns': ['as_of_date', 'student_key'], 'unique': true}],
        pre_hook="{{ make_room_for_dates() }}",
    )
}}

{#- what each step hands on as it is -#}
{%- set keys = [
    'student_key', 'as_of_date', 'school_key', 'school_year', 'grade_level', 'grade_band',
    'policy_grade_band',
] %}
{%- set measures = [
    'days_enrolled_at_school', 'days_enrolled', 'suspension_count_ytd', 'incident_count_90d',
    'incident_count_period', 'school_change_count', 'course_load', 'percentile_latest',
    'percentile_reading', 'percentile_math', 'growth_percentile_latest', 'days_since_test',
    'absence_rate_last_year', 'was_chronic_last_year', 'f_count_last_year',
    'school_chronic_rate_last_year', 'f_count', 'df_count', 'gpa', 'previous_gpa',
    'unmapped_mark_count', 'number_mark_count',
] %}
{%- set behavior_counts = [
    'window_start_date', 'incident_count', 'unknown_part_count', 'in_school_count',
    'out_of_school_count', 'expulsion_count', 'unmapped_count',
] %}
{%- set for_grades = [
    'letter_mark_count', 'excluded_mark_count', 'has_grading_periods', 'latest_closed_end_date',
    'assessment_flag',
] %}
{%- set days = [
    'days_enrolled_30d', 'days_enrolled_90d', 'days_absent', 'days_absent_30d', 'days_absent_90d',
    'days_excuse_known', 'days_unexcused',
] %}
{%- set numbers = [
    'min_enrolled_days', 'attendance_stale_insufficient_days', 'severe_absence_pct',
    'chronic_absence_pct', 'course_grades_need_letters', 'df_red_count', 'gpa_red_below',
    'any_df_yellow_count', 'incidents_yellow_count', 'incidents_red_count', 'expulsion_is_red',
    'out_of_school_suspension_is_red', 'in_school_suspension_is_red', 'tier_applies',
    'some_risk_yellow_count', 'at_risk_yellow_count', 'at_risk_red_count', 'high_risk_red_count',
] %}
{%- set attendance_figures = [
    'days_absent', 'absence_rate', 'absence_rate_30d', 'absence_rate_90d', 'unexcused_share',
    'is_chronic',
] %}

-- depends_on: {{ ref('ftr_as_of_dates') }}
with

enrolled as (
    select * from {{ ref('ftr_enrollment_as_of') }}
),

counts as (
    select * from {{ ref('ftr_window_counts_as_of') }}
),

schools as (
    select * from {{ ref('ftr_school_as_of') }}
),

grade_steps as (
    select * from {{ ref('ftr_grade_step') }}
),

assessment_steps as (
    select * from {{ ref('ftr_assessment_step') }}
),

behavior as (
    select * from {{ ref('ftr_behavior_as_of') }}
),

year_ends as (
    select * from {{ ref('ftr_student_year_end') }}
),

school_year_ends as (
    select * from {{ ref('ftr_school_year_end') }}
),

incidents as (
    select * from {{ ref('fct_discipline_incident') }}
),

actions as (
    select * from {{ ref('fct_discipline_action') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

tier_ladder as (
    select * from {{ ref('tier_ladder') }}
),

-- where nobody has ever recorded an incident, none is no zero
first_incident as (
    select min({{ known_from('incidents.incident_date', 'incidents.known_on') }}) as known_from
    from incidents
),

first_action as (
    select min({{ known_from('actions.action_date', 'actions.known_on') }}) as known_from
    from actions
),

gathered as (
    select
        enrolled.student_key,
        enrolled.as_of_date,
        enrolled.school_key,
        enrolled.school_year,
        enrolled.grade_level,
        enrolled.grade_band,
        -- both days included
        1 + cast({{ dbt.datediff(
            'enrolled.school_first_date', 'enrolled.as_of_date', 'day'
        ) }} as integer) as days_enrolled_at_school,
        enrolled.days_enrolled,
        enrolled.days_enrolled_30d,
        enrolled.days_enrolled_90d,
        enrolled.days_not_submitted,
        enrolled.has_days,
        enrolled.span_count_with_calendar,
        enrolled.span_count_without_submission,
        counts.days_absent,
        counts.days_absent_30d,
        counts.days_absent_90d,
        counts.days_excuse_known,
        counts.days_unexcused,
        counts.unknown_days > 0 as has_unmapped_category,
        counts.days_without_sections > 0 as has_no_section_enrollment,
        case
            when first_action.known_from <= enrolled.as_of_date then counts.suspension_count
        end as suspension_count_ytd,
        case
            when first_incident.known_from <= enrolled.as_of_date then counts.incident_count_90d
        end as incident_count_90d,
        case
            when first_incident.known_from <= enrolled.as_of_date
                and schools.window_start_date is not null
                then coalesce(behavior.incident_count, 0)
        end as incident_count_period,
        counts.school_change_count,
        case when counts.sections_begun > 0 then counts.sections_open end as course_load,
        schools.latest_closed_end_date,
        coalesce(schools.has_grading_periods, false) as has_grading_periods,
        schools.window_start_date,
        {%- for count in behavior_counts if count != 'window_start_date' %}
            coalesce(behavior.{{ count }}, 0) as {{ count }},
        {%- endfor %}
        {{- kept_columns('latest', [
            'letter_mark_count', 'excluded_mark_count', 'unmapped_mark_count', 'number_mark_count',
        ]) }}
        case when latest.letter_mark_count > 0 then latest.f_count end as f_count,
        case when latest.letter_mark_count > 0 then latest.df_count end as df_count,
        case when policy.gpa_counts then latest.gpa_unweighted end as gpa,
        case when policy.gpa_counts then previous.gpa_unweighted end as previous_gpa,
        {{- kept_columns('tests', [
            'percentile_latest', 'percentile_reading', 'percentile_math', 'growth_percentile_latest',
        ]) }}
        cast({{ dbt.datediff('tests.latest_on', 'enrolled.as_of_date', 'day') }} as integer)
            as days_since_test,
        coalesce(tests.flag, 'insufficient_data') as assessment_flag,
        year_ends.absence_rate as absence_rate_last_year,
        year_ends.is_chronically_absent as was_chronic_last_year,
        year_ends.f_count as f_count_last_year,
        cast(
            school_year_ends.chronic_count
            - case
                when year_ends.school_key = enrolled.school_key and year_ends.is_chronically_absent
                    then 1
                else 0
            end as numeric
        ) / nullif(
            school_year_ends.known_count
            - case
                when year_ends.school_key = enrolled.school_key
                    and year_ends.is_chronically_absent is not null
                    then 1
                else 0
            end, 0
        ) as school_chronic_rate_last_year,
        {{- kept_columns('policy', numbers) }}
        enrolled.policy_grade_band
    from enrolled
    inner join counts
        on counts.student_key = enrolled.student_key
        and counts.as_of_date = enrolled.as_of_date
    inner join policy
        on policy.grade_band = enrolled.policy_grade_band
    cross join first_incident
    cross join first_action
    left join schools
        on schools.school_key = enrolled.school_key
        and schools.as_of_date = enrolled.as_of_date
    left join grade_steps as latest
        on latest.student_key = enrolled.student_key
        and latest.school_key = enrolled.school_key
        and latest.period_end_date = schools.latest_closed_end_date
        and latest.valid_from <= enrolled.as_of_date
        and (latest.valid_until is null or latest.valid_until > enrolled.as_of_date)
    left join grade_steps as previous
        on previous.student_key = enrolled.student_key
        and previous.school_key = enrolled.school_key
        and previous.period_end_date = schools.previous_closed_end_date
        and previous.valid_from <= enrolled.as_of_date
        and (previous.valid_until is null or previous.valid_until > enrolled.as_of_date)
    left join assessment_steps as tests
        on tests.student_key = enrolled.student_key
        and tests.policy_grade_band = enrolled.policy_grade_band
        and tests.valid_from <= enrolled.as_of_date
        and (tests.valid_until is null or tests.valid_until > enrolled.as_of_date)
    left join behavior
        on behavior.student_key = enrolled.student_key
        and behavior.as_of_date = enrolled.as_of_date
    left join year_ends
        on year_ends.student_key = enrolled.student_key
        and year_ends.school_year = enrolled.school_year - 1
    left join school_year_ends
        on school_year_ends.school_key = enrolled.school_key
        and school_year_ends.school_year = enrolled.school_year - 1
    {{ evaluate_once() }}
),

attended as (
    select
        {{- kept_columns('gathered', keys + measures + behavior_counts + numbers) }}
        {{- kept_columns('gathered', for_grades + days) }}
        {{ attendance_gap('gathered', 'gathered', 'gathered.has_days') }} as gap_code
    from gathered
    {{ evaluate_once() }}
),

-- the same conditions as in fct_attendance_to_date
rated as (
    select
        {{- kept_columns('attended', keys + measures + behavior_counts + numbers + for_grades) }}
        case
            when attended.days_enrolled > 0
                and coalesce(attended.gap_code, 'too_few_days') = 'too_few_days'
                then attended.days_absent
        end as days_absent,
        {%- for window in ['', '_30d', '_90d'] %}
            case
                when attended.gap_code is null
                    then cast(attended.days_absent{{ window }} as numeric)
                        / nullif(attended.days_enrolled{{ window }}, 0)
            end as absence_rate{{ window }},
        {%- endfor %}
        case
            when attended.gap_code is null
                then cast(attended.days_unexcused as numeric)
                    / nullif(attended.days_excuse_known, 0)
        end as unexcused_share,
        case
            when attended.gap_code is null
                then {{ absent_share_reaches(
                    'attended.days_absent', 'attended.days_enrolled', 'attended.chronic_absence_pct'
                ) }}
        end as is_chronic,
        {{ attendance_flag('attended') }} as attendance_flag
    from attended
    {{ evaluate_once() }}
),

graded as (
    select
        {{- kept_columns('rated', keys + measures + behavior_counts) }}
        {{- kept_columns('rated', attendance_figures + numbers) }}
        rated.attendance_flag,
        rated.assessment_flag,
        {{ course_grades_gap(
            'rated',
            'rated',
            'rated.school_key',
            'rated.has_grading_periods',
            '(rated.latest_closed_end_date is not null)'
        ) }} as gap_code
    from rated
    {{ evaluate_once() }}
),

reasoned as (
    select
        {{- kept_columns('graded', keys + measures + attendance_figures + numbers) }}
        graded.attendance_flag,
        graded.assessment_flag,
        graded.gap_code,
        {{ course_grades_reason('graded') }} as reason_code,
        {{ behavior_reason('graded') }} as behavior_reason_code
    from graded
    {{ evaluate_once() }}
),

flagged as (
    select
        {{- kept_columns('reasoned', keys + measures + attendance_figures + numbers) }}
        reasoned.attendance_flag,
        {{ course_grades_flag('reasoned') }} as course_grades_flag,
        reasoned.assessment_flag,
        {{ behavior_flag('reasoned.behavior_reason_code') }} as behavior_flag,
        reasoned.attendance_flag != 'insufficient_data' as is_attendance_evidence,
        reasoned.gap_code is null as is_course_grades_evidence,
        reasoned.assessment_flag != 'insufficient_data' as is_assessment_evidence,
        -- nothing on file is no evidence on its own: the school may not record incidents at all
        {{ behavior_flag('reasoned.behavior_reason_code') }} != 'insufficient_data'
        and reasoned.behavior_reason_code != 'no_incidents' as is_behavior_evidence
    from reasoned
    {{ evaluate_once() }}
),

counted as (
    select
        {{- kept_columns('flagged', keys + measures + attendance_figures + numbers) }}
        {%- for colour in ['yellow', 'red'] %}
            {%- for indicator in indicators() %}
                {{ '+' if not loop.first }}
                case when flagged.{{ indicator }}_flag = '{{ colour }}' then 1 else 0 end
            {%- endfor %}
                as {{ colour }}_count,
        {%- endfor %}
        {%- for indicator in indicators() %}
            {{ '+' if not loop.first }}
            case when flagged.is_{{ indicator }}_evidence then 1 else 0 end
        {%- endfor %}
            as evidence_count
    from flagged
    {{ evaluate_once() }}
),

tiered as (
    select
        {{- kept_columns('counted', keys + measures + attendance_figures) }}
        {{ rule_tier('counted', 'counted', 'true') }} as rule_tier
    from counted
    {{ evaluate_once() }}
),

named as (
    select
        tiered.student_key,
        tiered.as_of_date,
        tiered.school_key,
        tiered.school_year,
        {{ grade_level_number('tiered.grade_level') }} as grade_level_number,
        tiered.grade_band,
        tiered.days_enrolled as days_enrolled_ytd,
        tiered.days_absent as days_absent_ytd,
        tiered.absence_rate as absence_rate_ytd,
        tiered.absence_rate_30d,
        tiered.absence_rate_90d,
        tiered.absence_rate_30d - tiered.absence_rate_90d as absence_rate_change,
        tiered.unexcused_share as unexcused_share_ytd,
        tiered.absence_rate_last_year,
        cast(tiered.was_chronic_last_year as integer) as was_chronic_last_year,
        tiered.gpa as gpa_latest,
        tiered.previous_gpa as gpa_previous,
        tiered.gpa - tiered.previous_gpa as gpa_change,
        -- beside a mark that nobody can read the counts are a minimum, which is not known
        case when not {{ has_unreadable_marks('tiered') }} then tiered.f_count end
            as f_count_latest,
        case when not {{ has_unreadable_marks('tiered') }} then tiered.df_count end
            as df_count_latest,
        tiered.f_count_last_year,
        tiered.course_load,
        tiered.percentile_latest,
        tiered.percentile_reading,
        tiered.percentile_math,
        tiered.growth_percentile_latest,
        tiered.days_since_test,
        tiered.incident_count_90d,
        tiered.incident_count_period,
        tiered.suspension_count_ytd,
        tiered.school_change_count as school_change_count_365d,
        tiered.days_enrolled_at_school,
        tiered.school_chronic_rate_last_year,
        tiered.rule_tier,
        tier_ladder.tier_rank as rule_tier_rank,
        tiered.is_chronic as is_chronic_ytd,
        case
            when tiered.f_count > 0 then true
            when not {{ has_unreadable_marks('tiered') }} then tiered.f_count > 0
        end as is_failing
    from tiered
    inner join tier_ladder
        on tier_ladder.rule_tier = tiered.rule_tier
)

select * from named
