-- One row per district (local education agency).
with

local_education_agencies as (
    {{ current_rows(source('edfi', 'local_education_agencies')) }}
),

renamed as (
    select
        {{ json_text('payload', ['localEducationAgencyId']) }} as local_education_agency_id,
        {{ json_text('payload', ['nameOfInstitution']) }} as local_education_agency_name,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from local_education_agencies
),

numbered as (
    select
        local_education_agency_id,
        local_education_agency_name,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by local_education_agency_id
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        local_education_agency_id,
        local_education_agency_name,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
