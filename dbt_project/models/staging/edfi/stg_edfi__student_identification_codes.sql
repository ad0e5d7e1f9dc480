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
