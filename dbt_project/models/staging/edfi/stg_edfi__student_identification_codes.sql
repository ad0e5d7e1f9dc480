-- One row per id of a student, since data standard 6.
with

student_identification_codes as (
    {{ current_rows(source('edfi', 'student_identification_codes')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ descriptor_code(json_text('payload', ['studentIdentificationSystemDescriptor'])) }}
            as identification_system_code,
        {{ json_text('payload', ['assigningOrganizationIdentificationCode']) }}
            as assigning_organization,
        {{ json_text('payload', ['identificationCode']) }} as identification_code,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_identification_codes
),

newest as (
    {{ newest_version('renamed', [
        'student_id', 'identification_system_code', 'assigning_organization',
        'identification_code',
    ], {
        'identification_key': surrogate_key([
            'student_id', 'identification_system_code', 'assigning_organization',
            'identification_code',
        ]),
        'student_key': natural_key('students', ['student_id']),
    }) }}
)

select * from newest
