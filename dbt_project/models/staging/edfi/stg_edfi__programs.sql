-- One row per program of an education organisation.
with

programs as (
    {{ current_rows(source('edfi', 'programs')) }}
),

renamed as (
    select
        {{ json_text('payload', ['educationOrganizationReference', 'educationOrganizationId']) }}
            as education_organization_id,
        {{ json_text('payload', ['programName']) }} as program_name,
        {{ descriptor_code(json_text('payload', ['programTypeDescriptor'])) }} as program_type_code,
        {{ json_text('payload', ['programId']) }} as program_id,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from programs
),

numbered as (
    select
        {{ natural_key('programs', [
            'education_organization_id', 'program_name', 'program_type_code',
        ]) }} as program_key,
        education_organization_id,
        program_name,
        program_type_code,
        program_id,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by education_organization_id, program_name, program_type_code
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        program_key,
        education_organization_id,
        program_name,
        program_type_code,
        program_id,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
