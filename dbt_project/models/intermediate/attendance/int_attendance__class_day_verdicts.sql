-- One row per student and date of class attendance that may count as an absence: the school decides
-- the date and school is held. Where the school takes daily attendance too, the daily record comes
-- first: a date with every class missed counts only while it has no daily event. (Where the policy
-- does not let classes make a day at a school without daily attendance, no date is counted.)
with

class_days as (
    select * from {{ ref('int_attendance__class_days') }}
    where is_every_class_missed
        or (not takes_daily_attendance and (is_unknown or has_no_section_enrollment))
),

span_years as (
    select * from {{ ref('int_attendance__span_years') }}
),

attendance_days as (
    select * from {{ ref('int_calendar__attendance_days') }}
),

daily_events as (
    select * from {{ ref('can_attendance_events') }}
),

submissions as (
    select * from {{ ref('int_attendance__submissions') }}
    where takes_daily_attendance
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

decided as (
    select
        class_days.student_key,
        class_days.school_key,
        class_days.event_date,
        class_days.takes_daily_attendance,
        span_years.school_year,
        class_days.enrolled_class_count,
        class_days.is_every_class_missed,
        class_days.is_unknown,
        class_days.has_no_section_enrollment,
        class_days.known_from,
        policy.class_absence_counts_at_daily_schools
    from class_days
    inner join span_years
        on span_years.student_key = class_days.student_key
        and span_years.school_key = class_days.school_key
        and span_years.first_date <= class_days.event_date
        and (span_years.last_date is null or span_years.last_date >= class_days.event_date)
    inner join attendance_days
        on attendance_days.school_key = span_years.school_key
        and attendance_days.calendar_choice = span_years.calendar_choice
        and attendance_days.school_year = span_years.school_year
        and attendance_days.calendar_date = class_days.event_date
    inner join policy
        on policy.grade_band = coalesce(span_years.grade_band, '*')
        and (class_days.takes_daily_attendance or policy.section_absence_counts_as_day)
),

dates_beside_daily as (
    select distinct
        decided.school_key,
        decided.event_date
    from decided
    where decided.takes_daily_attendance
),

-- a date counts when the school has submitted daily attendance of it or of a later one
submitted_dates as (
    select
        dates_beside_daily.school_key,
        dates_beside_daily.event_date,
        min(submissions.known_from) as known_from
    from dates_beside_daily
    inner join submissions
        on submissions.school_key = dates_beside_daily.school_key
        and submissions.school_year = {{ school_year_of('dates_beside_daily.event_date') }}
        and submissions.submitted_date >= dates_beside_daily.event_date
    group by dates_beside_daily.school_key, dates_beside_daily.event_date
),

daily_records as (
    select
        daily_events.student_key,
        daily_events.school_key,
        daily_events.event_date,
        min({{ known_from('daily_events.event_date', 'daily_events.known_on') }}) as known_from
    from daily_events
    group by daily_events.student_key, daily_events.school_key, daily_events.event_date
),

dated as (
    select
        decided.student_key,
        decided.school_key,
        decided.event_date,
        decided.takes_daily_attendance,
        decided.school_year,
        decided.enrolled_class_count,
        decided.is_every_class_missed,
        decided.is_unknown,
        decided.has_no_section_enrollment,
        decided.known_from,
        case
            when not decided.takes_daily_attendance then decided.known_from
            -- null as long as the school has not come to that date
            when decided.class_absence_counts_at_daily_schools
                and submitted_dates.known_from is not null
                then greatest(decided.known_from, submitted_dates.known_from)
        end as counted_from,
        daily_records.known_from as counted_until
    from decided
    left join submitted_dates
        on submitted_dates.school_key = decided.school_key
        and submitted_dates.event_date = decided.event_date
        and decided.takes_daily_attendance
    left join daily_records
        on daily_records.student_key = decided.student_key
        and daily_records.school_key = decided.school_key
        and daily_records.event_date = decided.event_date
        and decided.takes_daily_attendance
),

verdicts as (
    select
        dated.student_key,
        dated.school_key,
        dated.event_date,
        dated.takes_daily_attendance,
        dated.school_year,
        dated.enrolled_class_count,
        dated.is_every_class_missed,
        dated.is_unknown,
        dated.has_no_section_enrollment,
        dated.known_from,
        -- a daily event that was known no later has always come first
        case
            when dated.counted_until is null or dated.counted_from < dated.counted_until
                then dated.counted_from
        end as counted_from,
        dated.counted_until,
        not dated.takes_daily_attendance
        or (dated.counted_from is not null and dated.counted_until is null) as is_counted
    from dated
)

select * from verdicts
