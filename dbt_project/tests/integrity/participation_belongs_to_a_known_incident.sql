{{ config(severity='warn', meta={'owner': 'student-services'}) }}
-- What it finds: students' parts in an incident that the source does not have.
-- When it matters: without a date the incident falls in no window and never counts.
-- How to resolve: load the incident, or correct the reference in the source.
with

participations as (
    select * from {{ ref('can_incident_participations') }}
),

counted as (
    select
        school_key,
        incident_id,
        count(*) as row_count
    from participations
    where incident_date is null
    group by
        school_key,
        incident_id
)

select * from counted
