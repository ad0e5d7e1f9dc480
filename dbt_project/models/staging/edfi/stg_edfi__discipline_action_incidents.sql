-- One row per action and incident it answers (data standards 3.3 and 4.0 link student
-- incidents, later ones behaviors).
with

discipline_actions as (
    {{ current_rows(source('edfi', 'discipline_actions')) }}
),

linked as (
    select
        discipline_actions.record_key,
        discipline_actions.payload,
        discipline_actions.load_id,
        discipline_actions.loaded_at,
        coalesce(
            {{ json_text(
                'listed.item', ['studentDisciplineIncidentBehaviorAssociationReference', 'schoolId']
            ) }},
            {{ json_text(
                'listed.item', ['studentDisciplineIncidentAssociationReference', 'schoolId']
            ) }}
        ) as school_id,
        coalesce(
            {{ json_text(
                'listed.item',
                ['studentDisciplineIncidentBehaviorAssociationReference', 'incidentIdentifier']
            ) }},
            {{ json_text(
                'listed.item',
                ['studentDisciplineIncidentAssociationReference', 'incidentIdentifier']
            ) }}
        ) as incident_id
    from discipline_actions
    cross join lateral {{ json_list_of_any(
        'payload',
        ['studentDisciplineIncidentBehaviorAssociations', 'studentDisciplineIncidentAssociations']
    ) }}
        as listed
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['disciplineActionIdentifier']) }} as action_id,
        {{ safe_date(json_text('payload', ['disciplineDate'])) }} as action_date,
        school_id,
        incident_id,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from linked
),

numbered as (
    select
        {{ natural_key('students', ['student_id']) }} as student_key,
        {{ natural_key('discipline_incidents', ['school_id', 'incident_id']) }} as incident_key,
        student_id,
        action_id,
        action_date,
        school_id,
        incident_id,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by student_id, action_id, action_date, school_id, incident_id
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        student_key,
        incident_key,
        student_id,
        action_id,
        action_date,
        school_id,
        incident_id,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
