-- One row per event of daily attendance: whether it counts, and if not, the first reason why.
with

daily_events as (
    select * from {{ ref('can_attendance_events') }}
),

students as (
    select * from {{ ref('can_students') }}
),

primary_spans as (
    select * from {{ ref('int_enrollment__primary_spans') }}
),

attendance_days as (
    select * from {{ ref('int_calendar__attendance_days') }}
),

known_calendars as (
    select distinct
        attendance_days.school_key,
        attendance_days.calendar_choice
    from attendance_days
),

placed as (
    select
        daily_events.attendance_event_key,
        daily_events.student_key,
        daily_events.school_key,
        daily_events.event_date,
        daily_events.absent_fraction,
        daily_events.is_category_unmapped,
        daily_events.is_absence,
        students.student_key is not null as is_student_known,
        primary_spans.school_key as deciding_school_key,
        primary_spans.grade_band,
        known_calendars.school_key is not null as has_calendar,
        attendance_days.school_year,
        -- a date in the calendars of two school years: the calendar the enrolment names decides
        row_number() over (
            partition by daily_events.attendance_event_key
            order by
                case when attendance_days.calendar_choice = '*' then 1 else 0 end,
                attendance_days.school_year desc
        ) as day_preference
    from daily_events
    left join students
        on students.student_key = daily_events.student_key
    -- spans of a student never overlap, so an event meets one at most
    left join primary_spans
        on primary_spans.student_key = daily_events.student_key
        and primary_spans.first_date <= daily_events.event_date
        and (primary_spans.last_date is null or primary_spans.last_date >= daily_events.event_date)
    left join known_calendars
        on known_calendars.school_key = primary_spans.school_key
        and known_calendars.calendar_choice
        = coalesce(primary_spans.compared_calendar_code, '*')
    left join attendance_days
        on attendance_days.school_key = primary_spans.school_key
        and attendance_days.calendar_date = daily_events.event_date
        and (
            (
                attendance_days.calendar_choice = primary_spans.compared_calendar_code
                and attendance_days.school_year = primary_spans.calendar_school_year
            )
            or (
                attendance_days.calendar_choice = '*'
                and (
                    primary_spans.compared_calendar_code is null
                    or primary_spans.calendar_school_year is null
                    or attendance_days.school_year != primary_spans.calendar_school_year
                )
            )
        )
),

judged as (
    select
        placed.attendance_event_key,
        placed.student_key,
        placed.school_key,
        placed.event_date,
        placed.grade_band,
        placed.school_year,
        placed.absent_fraction,
        placed.is_category_unmapped,
        case
            when placed.event_date is null then 'date_not_readable'
            when placed.event_date > {{ as_of_date() }} then 'after_as_of_date'
            when not placed.is_student_known then 'student_not_known'
            when placed.deciding_school_key is null then 'not_enrolled_on_date'
            when placed.deciding_school_key != placed.school_key then 'another_school_decides'
            when placed.school_year is null and not placed.has_calendar
                then 'school_without_calendar'
            when placed.school_year is null then 'not_a_school_day'
            when placed.is_category_unmapped then 'category_not_mapped'
            when not placed.is_absence then 'category_is_no_absence'
        end as reason_before_ranking
    from placed
    where placed.day_preference = 1
),

ranked as (
    select
        judged.attendance_event_key,
        judged.student_key,
        judged.school_key,
        judged.event_date,
        judged.grade_band,
        judged.school_year,
        judged.absent_fraction,
        judged.is_category_unmapped,
        judged.reason_before_ranking,
        row_number() over (
            partition by judged.student_key, judged.event_date, judged.reason_before_ranking
            -- of one date the largest share decides; the key breaks a tie
            order by judged.absent_fraction desc, judged.attendance_event_key
        ) as rank_of_date
    from judged
),

verdicts as (
    select
        ranked.attendance_event_key,
        ranked.student_key,
        ranked.school_key,
        ranked.event_date,
        ranked.grade_band,
        ranked.school_year,
        ranked.absent_fraction,
        ranked.is_category_unmapped,
        ranked.reason_before_ranking is null and ranked.rank_of_date = 1 as is_counted,
        case
            when ranked.reason_before_ranking is not null then ranked.reason_before_ranking
            when ranked.rank_of_date > 1 then 'larger_or_same_absence_of_the_date_counts'
        end as reason_not_counted
    from ranked
)

select * from verdicts
