-- One row per student and date of class attendance that may count as an absence; at schools that
-- take daily attendance too, of the dates with every class missed.
with

class_day_verdicts as (
    select * from {{ ref('int_attendance__class_day_verdicts') }}
),

selected as (
    select
        class_day_verdicts.student_key,
        class_day_verdicts.school_key,
        class_day_verdicts.school_year,
        class_day_verdicts.event_date,
        class_day_verdicts.takes_daily_attendance,
        cast(class_day_verdicts.enrolled_class_count as integer) as enrolled_class_count,
        class_day_verdicts.is_every_class_missed,
        class_day_verdicts.is_unknown,
        class_day_verdicts.has_no_section_enrollment,
        class_day_verdicts.known_from,
        class_day_verdicts.counted_from,
        class_day_verdicts.counted_until,
        class_day_verdicts.is_counted
    from class_day_verdicts
)

select * from selected
