-- One row per incident of a school.
with

discipline_incidents as (
    {{ current_rows(source('edfi', 'discipline_incidents')) }}
),

renamed as (
    select
        {{ json_text('payload', ['schoolReference', 'schoolId']) }} as school_id,
        {{ json_text('payload', ['incidentIdentifier']) }} as incident_id,
        {{ descriptor_code(json_text('payload', ['incidentLocationDescriptor'])) }}
            as location_code,
        lower({{ json_text('payload', ['reportedToLawEnforcement']) }}) = 'true'
            as is_reported_to_law_enforcement,
        {{ safe_date(json_text('payload', ['incidentDate'])) }} as incident_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from discipline_incidents
),

numbered as (
    select
        {{ natural_key('discipline_incidents', ['school_id', 'incident_id']) }} as incident_key,
        {{ surrogate_key(['school_id']) }} as school_key,
        school_id,
        incident_id,
        location_code,
        is_reported_to_law_enforcement,
        incident_date,
        _record_key,
        _load_id,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by school_id, incident_id
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        incident_key,
        school_key,
        school_id,
        incident_id,
        location_code,
        is_reported_to_law_enforcement,
        incident_date,
        _record_key,
        _load_id,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
