-- One row per student and incident, however many behaviors the source lists: how the student
-- took part.
with

behavior_associations as (
    select * from {{ ref('stg_edfi__student_incident_behaviors') }}
),

non_offenders as (
    select * from {{ ref('stg_edfi__student_incident_non_offenders') }}
),

-- data standard 4 and before: one record for all parts a student may take
older_associations as (
    select * from {{ ref('stg_edfi__student_incidents') }}
),

incidents as (
    select * from {{ ref('stg_edfi__discipline_incidents') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_participation_codes'), ['participation_code']) }}
),

together as (
    select
        student_key,
        incident_key,
        school_key,
        incident_id,
        participation_code,
        -- a behavior without a participation code was done by the student
        participation_code is null as is_perpetrator_by_default
    from behavior_associations
    union all
    select
        student_key,
        incident_key,
        school_key,
        incident_id,
        participation_code,
        false as is_perpetrator_by_default
    from non_offenders
    union all
    select
        student_key,
        incident_key,
        school_key,
        incident_id,
        participation_code,
        participation_code is null as is_perpetrator_by_default
    from older_associations
),

mapped as (
    select
        together.student_key,
        together.incident_key,
        together.school_key,
        together.incident_id,
        case
            when together.is_perpetrator_by_default then 'perpetrator'
            else coalesce(crosswalk.participation, 'unmapped')
        end as participation
    from together
    left join crosswalk
        on crosswalk.participation_code = together.participation_code
),

ranked as (
    select
        student_key,
        incident_key,
        school_key,
        incident_id,
        participation,
        row_number() over (
            partition by student_key, incident_key
            order by
                case participation
                    when 'perpetrator' then 1
                    when 'unmapped' then 2
                    when 'victim' then 3
                    when 'witness' then 4
                    else 5
                end
        ) as strongest_first
    from mapped
),

dated as (
    select
        {{ surrogate_key([
            'ranked.student_key', 'ranked.incident_key',
        ]) }} as incident_participation_key,
        ranked.student_key,
        ranked.incident_key,
        ranked.school_key,
        ranked.incident_id,
        incidents.location_code,
        incidents.is_reported_to_law_enforcement,
        incidents.incident_date,
        ranked.participation,
        ranked.participation = 'perpetrator' as counts_as_referral
    from ranked
    left join incidents
        on incidents.incident_key = ranked.incident_key
    where ranked.strongest_first = 1
)

select * from dated
