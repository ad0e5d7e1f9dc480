{{ config(severity='warn', meta={'owner': 'registrar'}) }}
-- What it finds: absences of this school year that do not count because the data around them
-- does not
--   fit: no enrolment on the date, no school day, a school without a calendar, an unknown student.
-- When it matters: the days absent of these students are too low, or their rate is missing.
-- How to resolve: per reason, complete the enrolments or the calendar in the student system.
-- Single events
--   stand in fct_attendance_event with their reason.
with

attendance_events as (
    select * from {{ ref('fct_attendance_event') }}
),

findings as (
    select
        attendance_events.school_key,
        attendance_events.reason_not_counted,
        count(*) as event_count,
        count(distinct attendance_events.student_key) as student_count
    from attendance_events
    where attendance_events.is_absence
        and (
            attendance_events.event_date is null
            or {{ school_year_of('attendance_events.event_date') }}
            = {{ school_year_of(as_of_date()) }}
        )
        and attendance_events.reason_not_counted in (
            'not_enrolled_on_date',
            'not_a_school_day',
            'school_without_calendar',
            'student_not_known',
            'date_not_readable'
        )
    group by attendance_events.school_key, attendance_events.reason_not_counted
)

select * from findings
