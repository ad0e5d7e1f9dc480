-- One row per student, incident and participation code of a victim, witness or reporter.
with

student_discipline_incident_non_offender_associations as (
    {{ current_rows(source('edfi', 'student_discipline_incident_non_offender_associations')) }}
),

renamed as (
    select
        {{ json_text(
            'student_discipline_incident_non_offender_associations.payload',
            ['studentReference', 'studentUniqueId']
        ) }} as student_id,
        {{ json_text(
            'student_discipline_incident_non_offender_associations.payload',
            ['disciplineIncidentReference', 'schoolId']
        ) }} as school_id,
        {{ json_text(
            'student_discipline_incident_non_offender_associations.payload',
            ['disciplineIncidentReference', 'incidentIdentifier']
        ) }}
            as incident_id,
        {{ descriptor_namespace(
            json_text('listed.item', ['disciplineIncidentParticipationCodeDescriptor'])
        ) }}
            as participation_namespace,
        {{ descriptor_code(
            json_text('listed.item', ['disciplineIncidentParticipationCodeDescriptor'])
        ) }}
            as participation_code,
        student_discipline_incident_non_offender_associations.record_key as _record_key,
        student_discipline_incident_non_offender_associations.load_id as _load_id,
        student_discipline_incident_non_offender_associations.loaded_at as _loaded_at
    from student_discipline_incident_non_offender_associations
    left join lateral {{ json_list(
        'student_discipline_incident_non_offender_associations.payload',
        'disciplineIncidentParticipationCodes'
    ) }} as listed on true
),

newest as (
    {{ newest_version('renamed', [
        'student_id', 'school_id', 'incident_id', 'participation_code',
    ], {
        'participation_key':
            surrogate_key(['student_id', 'school_id', 'incident_id', 'participation_code']),
        'student_key': natural_key('students', ['student_id']),
        'incident_key': natural_key('discipline_incidents', ['school_id', 'incident_id']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
