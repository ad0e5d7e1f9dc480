{{ config(meta={'owner': 'data-platform'}) }}
-- What it finds: a difference between the attendance events of the systems of record and those in
--   the marts.
-- When it matters: an event was lost or doubled between staging and marts.
-- How to resolve: look for a join that drops or fans out in int_attendance__event_verdicts.
with

daily_events as (
    {{ union_of_sources('attendance_events', {'student_key': 'bigint', 'event_date': 'date'}) }}
),

source_daily as (
    select count(*) as event_count from daily_events
),

mart_daily as (
    select count(*) as event_count from {{ ref('fct_attendance_event') }}
),

class_events as (
    {{ union_of_sources('section_attendance_events', {
        'student_key': 'bigint', 'event_date': 'date',
    }) }}
),

source_class as (
    select count(*) as event_count from class_events
),

mart_class as (
    select count(*) as event_count from {{ ref('fct_section_attendance_event') }}
),

compared as (
    select
        'daily' as kind_of_event,
        source_daily.event_count as source_count,
        mart_daily.event_count as mart_count
    from source_daily
    cross join mart_daily
    union all
    select
        'class' as kind_of_event,
        source_class.event_count as source_count,
        mart_class.event_count as mart_count
    from source_class
    cross join mart_class
),

findings as (
    select * from compared
    where source_count != mart_count
)

select * from findings
