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

newest as (
    {{ newest_version('renamed', ['local_education_agency_id']) }}
)

select * from newest
