-- One row per id of a student, up to data standard 5.
with

student_education_organization_associations as (
    {{ current_rows(source('edfi', 'student_education_organization_associations')) }}
),

renamed as (
    select
        {{ json_text(
            'student_education_organization_associations.payload',
            ['studentReference', 'studentUniqueId']
        ) }} as student_id,
        {{ descriptor_code(json_text('listed.item', ['studentIdentificationSystemDescriptor'])) }}
            as identification_system_code,
        {{ json_text('listed.item', ['assigningOrganizationIdentificationCode']) }}
            as assigning_organization,
        {{ json_text('listed.item', ['identificationCode']) }} as identification_code,
        student_education_organization_associations.record_key as _record_key,
        student_education_organization_associations.load_id as _load_id,
        student_education_organization_associations.loaded_at as _loaded_at
    from student_education_organization_associations
    cross join lateral {{ json_list(
        'student_education_organization_associations.payload', ['studentIdentificationCodes']
    ) }}
        as listed
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
