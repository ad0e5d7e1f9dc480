{{ config(severity='warn', meta={'owner': 'data-platform'}) }}
-- What it finds: dates whose calendar event the crosswalk does not know, per school and event.
-- When it matters: such a date is no day of school, so enrolled days are too few and rates too
-- high.
-- How to resolve: add a row to your own xwalk_calendar_event.csv (in the folder seeds beside the
--   district files) with the effect instructional, closed or none.
with

school_days as (
    select * from {{ ref('can_calendar_days') }}
),

findings as (
    select
        school_days.school_key,
        school_days.first_calendar_event_code,
        count(*) as date_count
    from school_days
    where school_days.has_unmapped_event
    group by school_days.school_key, school_days.first_calendar_event_code
)

select * from findings
