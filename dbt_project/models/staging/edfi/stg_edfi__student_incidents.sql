-- One row per student and incident, up to data standard 4: how the student took part.
with

student_discipline_incident_associations as (
    {{ current_rows(source('edfi', 'student_discipline_incident_associations')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['disciplineIncidentReference', 'schoolId']) }} as school_id,
        {{ json_text('payload', ['disciplineIncidentReference', 'incidentIdentifier']) }}
            as incident_id,
        {{ descriptor_namespace(json_text('payload', ['studentParticipationCodeDescriptor'])) }}
            as participation_namespace,
        {{ descriptor_code(json_text('payload', ['studentParticipationCodeDescriptor'])) }}
            as participation_code,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_discipline_incident_associations
),

newest as (
    {{ newest_version('renamed', ['student_id', 'school_id', 'incident_id'], {
        'participation_key': surrogate_key(['student_id', 'school_id', 'incident_id']),
        'student_key': natural_key('students', ['student_id']),
        'incident_key': natural_key('discipline_incidents', ['school_id', 'incident_id']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
