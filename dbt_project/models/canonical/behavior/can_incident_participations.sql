-- One row per student and incident, however many behaviors the source lists: how the student
-- took part.
{% set participation_columns = {
    'student_key': 'bigint',
    'incident_key': 'bigint',
    'school_key': 'bigint',
    'incident_id': 'text',
    'participation_namespace': 'text',
    'participation_code': 'text',
    '_load_id': 'bigint',
} %}

with

behavior_associations as (
    {{ union_of_sources('student_incident_behaviors', participation_columns) }}
),

non_offenders as (
    {{ union_of_sources('student_incident_non_offenders', participation_columns) }}
),

-- data standard 4 and before: one record for all parts a student may take
older_associations as (
    {{ union_of_sources('older_student_incidents', participation_columns) }}
),

incidents as (
    {{ union_of_sources('discipline_incidents', {
        'incident_key': 'bigint',
        'location_code': 'text',
        'is_reported_to_law_enforcement': 'boolean',
        'incident_date': 'date',
        '_load_id': 'bigint',
    }) }}
),

known_loads as (
    select * from {{ ref('stg_ops__load_known_on') }}
),

code_mappings as (
    select * from {{ ref('can_code_mappings') }}
),

crosswalk as (
    {{ codes_of_sources(ref('xwalk_participation_codes'), ['participation_code']) }}
),

together as (
    select
        student_key,
        incident_key,
        school_key,
        incident_id,
        participation_namespace,
        participation_code,
        -- a behavior without a participation code was done by the student
        participation_code is null as is_perpetrator_by_default,
        _load_id,
        source_system,
        source_instance
    from behavior_associations
    union all
    select
        student_key,
        incident_key,
        school_key,
        incident_id,
        participation_namespace,
        participation_code,
        false as is_perpetrator_by_default,
        _load_id,
        source_system,
        source_instance
    from non_offenders
    union all
    select
        student_key,
        incident_key,
        school_key,
        incident_id,
        participation_namespace,
        participation_code,
        participation_code is null as is_perpetrator_by_default,
        _load_id,
        source_system,
        source_instance
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
            -- what the source says a code stands for comes before the code itself
            else coalesce(mapped_codes.participation, own_codes.participation, 'unmapped')
        end as participation,
        known_loads.known_on,
        together.source_system,
        together.source_instance
    from together
    left join known_loads
        on known_loads.load_id = together._load_id
    left join code_mappings
        on code_mappings.source_system = together.source_system
        and code_mappings.source_instance = together.source_instance
        and code_mappings.descriptor_namespace = together.participation_namespace
        and code_mappings.code = together.participation_code
    left join crosswalk as mapped_codes
        on mapped_codes.code_source = together.source_system
        and mapped_codes.participation_code = code_mappings.mapped_code
    left join crosswalk as own_codes
        on own_codes.code_source = together.source_system
        and own_codes.participation_code = together.participation_code
),

ranked as (
    select
        student_key,
        incident_key,
        school_key,
        incident_id,
        participation,
        known_on,
        source_system,
        source_instance,
        row_number() over (
            partition by student_key, incident_key
            order by
                case participation
                    when 'perpetrator' then 1
                    when 'unmapped' then 2
                    when 'victim' then 3
                    when 'witness' then 4
                    else 5
                end,
                -- known since the first record that says so; the opening load comes before all
                case when known_on is null then 0 else 1 end,
                known_on
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
        ranked.participation = 'perpetrator' as counts_as_referral,
        -- both records must be there; null, the opening load, is before every date
        case
            when ranked.known_on > incident_loads.known_on then ranked.known_on
            else coalesce(incident_loads.known_on, ranked.known_on)
        end as known_on,
        ranked.source_system,
        ranked.source_instance
    from ranked
    left join incidents
        on incidents.incident_key = ranked.incident_key
    left join known_loads as incident_loads
        on incident_loads.load_id = incidents._load_id
    where ranked.strongest_first = 1
)

select * from dated
