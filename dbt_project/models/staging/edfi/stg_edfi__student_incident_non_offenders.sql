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

numbered as (
    select
        {{ surrogate_key([
            'student_id', 'school_id', 'incident_id', 'participation_code',
        ]) }} as participation_key,
        {{ natural_key('students', ['student_id']) }} as student_key,
        {{ natural_key('discipline_incidents', ['school_id', 'incident_id']) }} as incident_key,
        {{ surrogate_key(['school_id']) }} as school_key,
        student_id,
        school_id,
        incident_id,
        participation_namespace,
        participation_code,
        _record_key,
        _load_id,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by student_id, school_id, incident_id, participation_code
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        participation_key,
        student_key,
        incident_key,
        school_key,
        student_id,
        school_id,
        incident_id,
        participation_namespace,
        participation_code,
        _record_key,
        _load_id,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
