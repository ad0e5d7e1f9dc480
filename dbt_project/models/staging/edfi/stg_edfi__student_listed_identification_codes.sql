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

numbered as (
    select
        {{ surrogate_key(
            [
                'student_id', 'identification_system_code', 'assigning_organization',
                'identification_code'
            ]
        ) }} as identification_key,
        {{ natural_key('students', ['student_id']) }} as student_key,
        student_id,
        identification_system_code,
        assigning_organization,
        identification_code,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by
                student_id,
                identification_system_code,
                assigning_organization,
                identification_code
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        identification_key,
        student_key,
        student_id,
        identification_system_code,
        assigning_organization,
        identification_code,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
