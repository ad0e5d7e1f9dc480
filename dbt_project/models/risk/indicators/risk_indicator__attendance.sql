-- One row per student that the rules judge: the attendance indicator, school year to date.
with

students as (
    select * from {{ ref('risk_students') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

attendance as (
    select * from {{ ref('fct_attendance_to_date') }}
),

gaps as (
    select * from {{ ref('indicator_gaps') }}
),

measured as (
    select
        students.student_key,
        students.policy_version,
        students.as_of_date,
        policy.chronic_absence_pct,
        policy.severe_absence_pct,
        policy.attendance_stale_warn_days,
        attendance.days_enrolled,
        attendance.days_absent,
        attendance.absence_rate_30d,
        attendance.partial_reason,
        attendance.window_start_date,
        attendance.window_end_date,
        attendance.last_submitted_date,
        attendance.days_not_submitted,
        attendance.days_absent * 100 / nullif(attendance.days_enrolled, 0) as absent_pct,
        case
            when attendance.student_key is null then 'no_attendance_record'
            when attendance.insufficient_reason is not null then attendance.insufficient_reason
            when coalesce(attendance.days_enrolled, 0) = 0 then 'no_enrolled_days'
            when attendance.days_enrolled < policy.min_enrolled_days then 'too_few_days'
            when attendance.days_absent is null then 'no_attendance_record'
        end as gap_code
    from students
    inner join policy
        on policy.grade_band = students.policy_grade_band
    left join attendance
        on attendance.student_key = students.student_key
),

flagged as (
    select
        measured.student_key,
        measured.policy_version,
        measured.as_of_date,
        measured.chronic_absence_pct,
        measured.severe_absence_pct,
        measured.days_enrolled,
        measured.days_absent,
        measured.absence_rate_30d,
        measured.partial_reason,
        measured.window_start_date,
        measured.window_end_date,
        measured.last_submitted_date,
        measured.days_not_submitted >= measured.attendance_stale_warn_days as is_stale,
        measured.absent_pct,
        measured.gap_code,
        {{ attendance_flag('measured') }} as flag
    from measured
),

worded as (
    select
        flagged.student_key,
        flagged.flag,
        flagged.flag != 'insufficient_data' as is_evidence,
        case when flagged.gap_code is null then flagged.absent_pct end as value,
        case
            when flagged.gap_code is null
                then {{ plain_number('flagged.days_absent') }} || ' of '
                    || {{ plain_number('flagged.days_enrolled') }} || ' days'
        end as value_text,
        case
            when flagged.flag = 'red' then flagged.severe_absence_pct
            when flagged.gap_code is null then flagged.chronic_absence_pct
        end as threshold,
        case
            when flagged.flag = 'red'
                then {{ plain_number(
                    'flagged.severe_absence_pct'
                ) }} || ' % of enrolled days or more'
            when flagged.gap_code is null
                then {{ plain_number(
                    'flagged.chronic_absence_pct'
                ) }} || ' % of enrolled days or more'
        end as threshold_text,
        case
            when flagged.gap_code = 'attendance_stale'
                then gaps.words || ' '
                    || cast(flagged.last_submitted_date as {{ dbt.type_string() }})
            when flagged.gap_code is not null
                then coalesce(gaps.words, 'Attendance data cannot be used: ' || flagged.gap_code)
            else
                'Absent ' || {{ plain_number('flagged.days_absent') }} || ' of '
                || {{ plain_number('flagged.days_enrolled') }} || ' days ('
                || {{ fixed_number('flagged.absent_pct', 1) }} || ' %)'
                || case
                    when
                        flagged.flag != 'none'
                        and flagged.absence_rate_30d * 100 > flagged.absent_pct
                        then ', more of late: '
                            || {{ fixed_number('flagged.absence_rate_30d * 100', 1) }}
                            || ' % of the last 30 days'
                    else ''
                end
                || case
                    when flagged.is_stale and flagged.last_submitted_date is not null
                        then '; no attendance submitted since '
                            || cast(flagged.last_submitted_date as {{ dbt.type_string() }})
                    else ''
                end
                || case
                    when flagged.partial_reason is not null
                        then '; ' || coalesce(partial_gaps.words, flagged.partial_reason)
                    else ''
                end
        end as reason,
        coalesce(
            flagged.gap_code,
            case flagged.flag
                when 'red' then 'severe_absence'
                when 'yellow' then 'chronic_absence'
                else 'attendance_fine'
            end
        ) as reason_code,
        flagged.policy_version,
        flagged.window_start_date as evidence_from,
        flagged.window_end_date as evidence_to,
        flagged.as_of_date
    from flagged
    left join gaps
        on gaps.indicator = 'attendance'
        and gaps.reason_code = flagged.gap_code
    left join gaps as partial_gaps
        on partial_gaps.indicator = 'attendance'
        and partial_gaps.reason_code = flagged.partial_reason
)

select * from worded
