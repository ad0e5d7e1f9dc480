{{ config(severity='warn', meta={'owner': 'data-platform'}) }}
-- What it finds: attendance categories of the source without a meaning, with their number of
-- events.
-- When it matters: each student with such an event on a counted day has no attendance rate and the
--   reason unmapped_category, because nobody can say whether the student was there.
-- How to resolve: add a row to your own xwalk_attendance_category.csv (in the folder seeds beside
--   the district files), for the district or '*', or a descriptor mapping in the source, and
--   run again.
with

daily_events as (
    select * from {{ ref('can_attendance_events') }}
),

section_events as (
    select * from {{ ref('can_section_attendance_events') }}
),

unmapped as (
    select
        'daily' as kind_of_event,
        daily_events.category_code
    from daily_events
    where daily_events.is_category_unmapped
    union all
    select
        'class' as kind_of_event,
        section_events.category_code
    from section_events
    where section_events.is_category_unmapped
),

findings as (
    select
        unmapped.kind_of_event,
        unmapped.category_code,
        count(*) as event_count
    from unmapped
    group by unmapped.kind_of_event, unmapped.category_code
)

select * from findings
