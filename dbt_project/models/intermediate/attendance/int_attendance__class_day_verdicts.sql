-- One row per student and date of class attendance that may count as an absence: the school decides
-- the date and school is held. (Where the policy does not let classes make a day, no date is
-- counted.)
with

class_days as (
    select * from {{ ref('int_attendance__class_days') }}
    where is_every_class_missed or is_unknown or has_no_section_enrollment
),

countable_spans as (
    select * from {{ ref('int_attendance__countable_spans') }}
),

attendance_days as (
    select * from {{ ref('int_calendar__attendance_days') }}
),

decided as (
    select
        class_days.student_key,
        class_days.school_key,
        class_days.event_date,
        class_days.is_every_class_missed,
        class_days.is_unknown,
        class_days.has_no_section_enrollment
    from class_days
    inner join countable_spans
        on countable_spans.student_key = class_days.student_key
        and countable_spans.school_key = class_days.school_key
        and class_days.event_date between countable_spans.first_date
        and countable_spans.counted_to_date
    inner join attendance_days
        on attendance_days.school_key = countable_spans.school_key
        and attendance_days.calendar_choice = countable_spans.calendar_choice
        and attendance_days.school_year = countable_spans.school_year
        and attendance_days.calendar_date = class_days.event_date
)

select * from decided
