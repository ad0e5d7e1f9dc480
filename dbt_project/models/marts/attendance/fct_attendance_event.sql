-- One row per event of daily attendance that the source holds: none is dropped.
with

daily_events as (
    select * from {{ ref('can_attendance_events') }}
),

event_verdicts as (
    select * from {{ ref('int_attendance__event_verdicts') }}
),

joined as (
    select
        daily_events.attendance_event_key,
        daily_events.student_key,
        daily_events.school_key,
        daily_events.event_date,
        event_verdicts.school_year,
        daily_events.category_code,
        daily_events.is_absence,
        daily_events.is_excused,
        daily_events.event_duration,
        daily_events.attendance_minutes,
        daily_events.absent_fraction,
        event_verdicts.is_counted,
        event_verdicts.reason_not_counted,
        daily_events.known_on
    from daily_events
    inner join event_verdicts
        on event_verdicts.attendance_event_key = daily_events.attendance_event_key
)

select * from joined
