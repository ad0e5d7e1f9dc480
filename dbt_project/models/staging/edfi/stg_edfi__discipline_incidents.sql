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

newest as (
    {{ newest_version('renamed', ['school_id', 'incident_id'], {
        'incident_key': natural_key('discipline_incidents', ['school_id', 'incident_id']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
