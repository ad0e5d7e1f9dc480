-- One row per school and date on or before the as-of date for which attendance was submitted: with
-- an event, of daily attendance where the school takes it that school year, else of class
-- attendance. No source marks submitted days, so events are the mark.
with

daily_events as (
    select * from {{ ref('can_attendance_events') }}
),

section_events as (
    select * from {{ ref('can_section_attendance_events') }}
),

together as (
    select
        daily_events.school_key,
        daily_events.event_date,
        daily_events.known_on,
        true as is_daily
    from daily_events
    where daily_events.event_date <= {{ as_of_date() }}
    union all
    select
        section_events.school_key,
        section_events.event_date,
        section_events.known_on,
        false as is_daily
    from section_events
    where section_events.event_date <= {{ as_of_date() }}
),

per_date as (
    select
        together.school_key,
        {{ school_year_of('together.event_date') }} as school_year,
        together.event_date as submitted_date,
        together.is_daily,
        min({{ known_from('together.event_date', 'together.known_on') }}) as known_from
    from together
    group by
        together.school_key,
        together.event_date,
        together.is_daily
),

ways as (
    select
        per_date.school_key,
        per_date.school_year,
        per_date.submitted_date,
        per_date.is_daily,
        per_date.known_from,
        -- a school that takes daily attendance is judged by it alone
        max(case when per_date.is_daily then 1 else 0 end) over (
            partition by per_date.school_key, per_date.school_year
        ) = 1 as takes_daily_attendance
    from per_date
),

submissions as (
    select
        ways.school_key,
        ways.school_year,
        ways.submitted_date,
        ways.takes_daily_attendance,
        ways.known_from
    from ways
    where ways.is_daily = ways.takes_daily_attendance
)

select * from submissions
