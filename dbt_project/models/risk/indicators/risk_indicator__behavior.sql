-- One row per student that the rules judge: the behavior indicator of the grading period of the
-- student's school that contains the as-of date, or the latest one begun.
with

students as (
    select * from {{ ref('risk_students') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

periods as (
    select * from {{ ref('dim_grading_period') }}
),

incidents as (
    select * from {{ ref('fct_discipline_incident') }}
),

actions as (
    select * from {{ ref('fct_discipline_action') }}
),

gaps as (
    select * from {{ ref('indicator_gaps') }}
),

current_periods as (
    select
        periods.school_key,
        periods.begin_date,
        periods.end_date,
        -- of periods that overlap (a quarter and its semester) the one begun last, then the shorter
        row_number() over (
            partition by periods.school_key
            order by periods.begin_date desc, periods.end_date, periods.grading_period_key
        ) as preference
    from periods
    where periods.is_current_or_latest_begun
),

windows as (
    select
        students.student_key,
        students.school_key,
        students.policy_grade_band,
        students.policy_version,
        students.as_of_date,
        current_periods.begin_date as window_start_date,
        case
            when current_periods.end_date < students.as_of_date then current_periods.end_date
            when current_periods.begin_date is not null then students.as_of_date
        end as window_end_date
    from students
    left join current_periods
        on current_periods.school_key = students.school_key
        and current_periods.preference = 1
),

incident_counts as (
    select
        windows.student_key,
        count(distinct case when incidents.counts_as_referral then incidents.incident_key end)
            as incident_count,
        count(distinct case
            when incidents.participation = 'unmapped' then incidents.incident_key
        end) as unknown_part_count
    from windows
    inner join incidents
        on incidents.student_key = windows.student_key
        and incidents.incident_date between windows.window_start_date and windows.window_end_date
    group by windows.student_key
),

action_counts as (
    select
        windows.student_key,
        count(distinct case
            when actions.action_type = 'in_school_suspension' then actions.action_key
        end) as in_school_count,
        count(distinct case
            when actions.action_type = 'out_of_school_suspension' then actions.action_key
        end) as out_of_school_count,
        count(distinct case
            when actions.action_type = 'expulsion' then actions.action_key
        end) as expulsion_count,
        count(distinct case
            when actions.action_type = 'unmapped' then actions.action_key
        end) as unmapped_count
    from windows
    inner join actions
        on actions.student_key = windows.student_key
        -- an action counts by its own date, whenever its incident was
        and actions.action_date between windows.window_start_date and windows.window_end_date
    group by windows.student_key
),

measured as (
    select
        windows.student_key,
        windows.school_key,
        windows.policy_version,
        windows.as_of_date,
        windows.window_start_date,
        windows.window_end_date,
        policy.incidents_yellow_count,
        policy.incidents_red_count,
        policy.expulsion_is_red,
        policy.out_of_school_suspension_is_red,
        policy.in_school_suspension_is_red,
        coalesce(incident_counts.incident_count, 0) as incident_count,
        coalesce(incident_counts.unknown_part_count, 0) as unknown_part_count,
        coalesce(action_counts.in_school_count, 0) as in_school_count,
        coalesce(action_counts.out_of_school_count, 0) as out_of_school_count,
        coalesce(action_counts.expulsion_count, 0) as expulsion_count,
        coalesce(action_counts.unmapped_count, 0) as unmapped_count
    from windows
    inner join policy
        on policy.grade_band = windows.policy_grade_band
    left join incident_counts
        on incident_counts.student_key = windows.student_key
    left join action_counts
        on action_counts.student_key = windows.student_key
),

judged as (
    select
        measured.student_key,
        measured.policy_version,
        measured.as_of_date,
        measured.window_start_date,
        measured.window_end_date,
        measured.incidents_yellow_count,
        measured.incidents_red_count,
        measured.incident_count,
        measured.in_school_count,
        measured.out_of_school_count,
        measured.expulsion_count,
        {{ behavior_reason('measured') }} as reason_code
    from measured
),

flagged as (
    select
        judged.student_key,
        judged.policy_version,
        judged.as_of_date,
        judged.window_start_date,
        judged.window_end_date,
        judged.incidents_yellow_count,
        judged.incidents_red_count,
        judged.incident_count,
        judged.reason_code,
        {{ behavior_flag('judged.reason_code') }} as flag,
        {{ plain_number('judged.incident_count') }}
        || case when judged.incident_count = 1 then ' incident' else ' incidents' end
        || case
            when judged.in_school_count > 0
                then ', in-school suspensions: ' || {{ plain_number('judged.in_school_count') }}
            else ''
        end
        || case
            when judged.out_of_school_count > 0
                then ', out-of-school suspensions: '
                    || {{ plain_number('judged.out_of_school_count') }}
            else ''
        end
        || case
            when judged.expulsion_count > 0
                then ', expulsions: ' || {{ plain_number('judged.expulsion_count') }}
            else ''
        end as counted_text
    from judged
),

worded as (
    select
        flagged.student_key,
        flagged.flag,
        -- nothing on file is no evidence on its own: the school may not record incidents at all
        flagged.flag != 'insufficient_data' and flagged.reason_code != 'no_incidents'
            as is_evidence,
        case
            when flagged.flag != 'insufficient_data'
                then cast(flagged.incident_count as numeric)
        end as value,
        case when flagged.flag != 'insufficient_data' then flagged.counted_text end as value_text,
        cast(case
            when flagged.reason_code in (
                    'expulsion', 'out_of_school_suspension', 'in_school_suspension'
                ) then 1
            when flagged.flag = 'red' then flagged.incidents_red_count
            when flagged.flag != 'insufficient_data' then flagged.incidents_yellow_count
        end as numeric) as threshold,
        case
            when flagged.reason_code = 'expulsion' then 'any expulsion'
            when flagged.reason_code = 'out_of_school_suspension'
                then 'any out-of-school suspension'
            when flagged.reason_code = 'in_school_suspension' then 'any in-school suspension'
            when flagged.flag = 'red'
                then {{ plain_number('flagged.incidents_red_count') }} || ' or more incidents'
            when flagged.flag != 'insufficient_data'
                then {{ plain_number('flagged.incidents_yellow_count') }} || ' or more incidents'
        end as threshold_text,
        case
            when flagged.flag = 'insufficient_data' then gaps.words
            else {{ sentence_case('flagged.counted_text') }} || ' since '
                || cast(flagged.window_start_date as {{ dbt.type_string() }})
        end as reason,
        flagged.reason_code,
        flagged.policy_version,
        flagged.window_start_date as evidence_from,
        flagged.window_end_date as evidence_to,
        flagged.as_of_date
    from flagged
    left join gaps
        on gaps.indicator = 'behavior'
        and gaps.reason_code = flagged.reason_code
)

select * from worded
