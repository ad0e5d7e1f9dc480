-- One row per student and the school year of the as-of date: days enrolled, days absent, what
-- follows.
with

students as (
    select * from {{ ref('dim_student') }}
),

year_to_date as (
    select * from {{ ref('int_attendance__year_to_date') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

judged as (
    select
        students.student_key,
        {{ school_year_of(as_of_date()) }} as school_year,
        year_to_date.days_enrolled,
        year_to_date.days_enrolled_30d,
        year_to_date.days_enrolled_90d,
        year_to_date.days_absent,
        year_to_date.days_absent_30d,
        year_to_date.days_absent_90d,
        year_to_date.window_start_date,
        year_to_date.window_end_date,
        year_to_date.last_submitted_date,
        year_to_date.days_not_submitted,
        policy.chronic_absence_pct,
        policy.severe_absence_pct,
        {{ attendance_gap('year_to_date', 'policy', 'year_to_date.student_key is not null') }}
            as gap_code,
        case
            when year_to_date.span_count_with_calendar = 0 then null
            when year_to_date.span_count_without_calendar > 0
                then 'moved_to_school_without_calendar'
            when year_to_date.days_enrolled > 0 and year_to_date.span_count_without_submission > 0
                then 'moved_to_school_without_submitted_attendance'
            when
                year_to_date.days_not_submitted_before >= policy.attendance_stale_insufficient_days
                then 'moved_from_school_that_stopped_submitting'
        end as partial_reason
    from students
    left join year_to_date
        on year_to_date.student_key = students.student_key
    left join policy
        on policy.grade_band = coalesce(students.grade_band, '*')
),

reasoned as (
    select
        judged.student_key,
        judged.school_year,
        judged.days_enrolled,
        judged.days_enrolled_30d,
        judged.days_enrolled_90d,
        judged.days_absent,
        judged.days_absent_30d,
        judged.days_absent_90d,
        judged.window_start_date,
        judged.window_end_date,
        judged.last_submitted_date,
        judged.days_not_submitted,
        judged.chronic_absence_pct,
        judged.severe_absence_pct,
        -- a school that never submitted has not stopped
        case
            when judged.gap_code = 'attendance_stale' and judged.last_submitted_date is null
                then 'no_attendance_submitted'
            else judged.gap_code
        end as insufficient_reason,
        judged.partial_reason
    from judged
),

measured as (
    select
        reasoned.student_key,
        reasoned.school_year,
        cast(reasoned.days_enrolled as integer) as days_enrolled,
        -- of no day at all, or with an event nobody can read, no absence can be told
        case
            when reasoned.days_enrolled > 0
                and coalesce(reasoned.insufficient_reason, 'too_few_days') = 'too_few_days'
                then reasoned.days_absent
        end as days_absent,
        case
            when reasoned.insufficient_reason is null
                then cast(reasoned.days_absent as numeric) / nullif(reasoned.days_enrolled, 0)
        end as absence_rate,
        cast(reasoned.days_enrolled_30d as integer) as days_enrolled_30d,
        case
            when reasoned.insufficient_reason is null
                then cast(reasoned.days_absent_30d as numeric)
                    / nullif(reasoned.days_enrolled_30d, 0)
        end as absence_rate_30d,
        cast(reasoned.days_enrolled_90d as integer) as days_enrolled_90d,
        case
            when reasoned.insufficient_reason is null
                then cast(reasoned.days_absent_90d as numeric)
                    / nullif(reasoned.days_enrolled_90d, 0)
        end as absence_rate_90d,
        case
            when reasoned.insufficient_reason is null
                then {{ absent_share_reaches(
                    'reasoned.days_absent', 'reasoned.days_enrolled', 'reasoned.chronic_absence_pct'
                ) }}
        end as is_chronically_absent,
        case
            when reasoned.insufficient_reason is null
                then {{ absent_share_reaches(
                    'reasoned.days_absent', 'reasoned.days_enrolled', 'reasoned.severe_absence_pct'
                ) }}
        end as is_severely_absent,
        reasoned.insufficient_reason,
        reasoned.partial_reason,
        reasoned.window_start_date,
        reasoned.window_end_date,
        reasoned.last_submitted_date,
        cast(reasoned.days_not_submitted as integer) as days_not_submitted
    from reasoned
)

select * from measured
