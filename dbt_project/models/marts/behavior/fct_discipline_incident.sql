-- One row per student and incident the student took part in, on or before the as-of date.
with

participations as (
    select * from {{ ref('can_incident_participations') }}
),

happened as (
    select
        incident_participation_key,
        student_key,
        incident_key,
        school_key,
        incident_id,
        incident_date,
        participation,
        counts_as_referral,
        location_code,
        is_reported_to_law_enforcement,
        known_on
    from participations
    -- an incident that the source does not date is kept; it falls in no window
    where incident_date is null
        or incident_date <= {{ as_of_date() }}
)

select * from happened
