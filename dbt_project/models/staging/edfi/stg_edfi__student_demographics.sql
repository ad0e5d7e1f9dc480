-- One row per student and organisation: demographics since data standard 6.
with

student_demographics as (
    {{ current_rows(source('edfi', 'student_demographics')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['educationOrganizationReference', 'educationOrganizationId']) }}
            as education_organization_id,
        {{ descriptor_code(json_text('payload', ['sexDescriptor'])) }} as sex_code,
        lower({{ json_text('payload', ['hispanicLatinoEthnicity']) }}) = 'true'
            as is_hispanic_latino,
        {{ json_codes('payload', 'races', 'raceDescriptor') }} as race_codes,
        {{ descriptor_code(json_text('payload', ['limitedEnglishProficiencyDescriptor'])) }}
            as english_proficiency_code,
        {{ json_codes('payload', 'studentCharacteristics', 'studentCharacteristicDescriptor') }}
            as characteristic_codes,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_demographics
),

numbered as (
    select
        {{ surrogate_key(['student_id']) }} as student_key,
        student_id,
        education_organization_id,
        sex_code,
        is_hispanic_latino,
        race_codes,
        english_proficiency_code,
        characteristic_codes,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by
                student_id,
                education_organization_id
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        student_key,
        student_id,
        education_organization_id,
        sex_code,
        is_hispanic_latino,
        race_codes,
        english_proficiency_code,
        characteristic_codes,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
