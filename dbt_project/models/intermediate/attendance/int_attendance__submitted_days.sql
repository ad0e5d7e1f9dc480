-- One row per school with any attendance event of the school year on or before the as-of date: how
-- the school takes attendance, and the last day it has submitted. No source marks submitted days,
-- so the latest event is the mark: a final day with nobody absent shows only with a later event.
with

daily_events as (
    select * from {{ ref('int_attendance__daily_events') }}
),

section_events as (
    select * from {{ ref('int_attendance__section_events') }}
),

daily_per_school as (
    select
        daily_events.school_key,
        max(daily_events.event_date) as last_date
    from daily_events
    where daily_events.event_date <= {{ as_of_date() }}
        and {{ school_year_of('daily_events.event_date') }} = {{ school_year_of(as_of_date()) }}
    group by daily_events.school_key
),

section_per_school as (
    select
        section_events.school_key,
        max(section_events.event_date) as last_date
    from section_events
    where section_events.event_date <= {{ as_of_date() }}
        and {{ school_year_of('section_events.event_date') }} = {{ school_year_of(as_of_date()) }}
    group by section_events.school_key
),

schools as (
    select daily_per_school.school_key from daily_per_school
    union
    select section_per_school.school_key from section_per_school
),

submitted as (
    select
        schools.school_key,
        -- a school that takes daily attendance is judged by it alone
        daily_per_school.school_key is not null as takes_daily_attendance,
        coalesce(daily_per_school.last_date, section_per_school.last_date) as last_submitted_date
    from schools
    left join daily_per_school
        on daily_per_school.school_key = schools.school_key
    left join section_per_school
        on section_per_school.school_key = schools.school_key
)

select * from submitted
