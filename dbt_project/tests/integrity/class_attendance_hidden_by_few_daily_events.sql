{{ config(severity='warn', meta={'owner': 'registrar'}) }}
-- What it finds: schools and school years with daily and with class attendance, where daily events
--   lie on fewer dates than a tenth of the dates with class events.
-- When it matters: a school with any daily event is judged by daily attendance first. Where that is
--   a few stray entries of the office, attendance ends with the last of these entries: no class
--   missed after it counts, and neither does a class that nobody can read.
-- How to resolve: if the school takes attendance in its classes, have the daily events taken out of
--   the student system, or entered as class events; the next night then counts classes. If it takes
--   daily attendance, find out why so little of it arrives.
with

daily_events as (
    select * from {{ ref('can_attendance_events') }}
),

section_events as (
    select * from {{ ref('can_section_attendance_events') }}
),

per_date as (
    select distinct
        daily_events.school_key,
        daily_events.event_date,
        true as is_daily
    from daily_events
    where daily_events.event_date <= {{ as_of_date() }}
    union all
    select distinct
        section_events.school_key,
        section_events.event_date,
        false as is_daily
    from section_events
    where section_events.event_date <= {{ as_of_date() }}
),

per_year as (
    select
        per_date.school_key,
        {{ school_year_of('per_date.event_date') }} as school_year,
        sum(case when per_date.is_daily then 1 else 0 end) as daily_date_count,
        sum(case when per_date.is_daily then 0 else 1 end) as class_date_count,
        max(case when per_date.is_daily then per_date.event_date end) as last_daily_date
    from per_date
    group by per_date.school_key, {{ school_year_of('per_date.event_date') }}
),

findings as (
    select
        per_year.school_key,
        per_year.school_year,
        per_year.daily_date_count,
        per_year.class_date_count,
        per_year.last_daily_date
    from per_year
    where per_year.daily_date_count > 0
        and per_year.daily_date_count * 10 < per_year.class_date_count
)

select * from findings
