-- One row per event of class attendance that the source holds: none is dropped.
with

section_events as (
    select * from {{ ref('can_section_attendance_events') }}
),

class_day_verdicts as (
    select * from {{ ref('int_attendance__class_day_verdicts') }}
),

joined as (
    select
        section_events.section_attendance_event_key,
        section_events.student_key,
        section_events.school_key,
        section_events.section_key,
        section_events.event_date,
        section_events.category_code,
        section_events.is_absence,
        section_events.is_excused,
        section_events.event_duration,
        section_events.attendance_minutes,
        section_events.absent_fraction,
        coalesce(
            class_day_verdicts.is_every_class_missed
            and class_day_verdicts.is_counted
            and section_events.absent_fraction = 1, false)
            as is_part_of_absent_day
    from section_events
    left join class_day_verdicts
        on class_day_verdicts.student_key = section_events.student_key
        and class_day_verdicts.school_key = section_events.school_key
        and class_day_verdicts.event_date = section_events.event_date
)

select * from joined
