-- One row per incident: an entry of the log, or one of incident management.
with

log_entries as (
    select * from {{ ref('stg_powerschool__log_entries') }}
),

incident as (
    {{ current_rows(source('powerschool', 'incident')) }}
),

renamed as (
    select
        {{ json_text('payload', ['school_number']) }} as school_id,
        {{ json_text('payload', ['incident_id']) }} as incident_id,
        {{ safe_date(json_text('payload', ['incident_ts'])) }} as incident_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from incident
),

together as (
    select
        log_entries.incident_key,
        log_entries.school_key,
        log_entries.school_id,
        log_entries.incident_id,
        log_entries.incident_date,
        log_entries._record_key,
        log_entries._load_id,
        log_entries._loaded_at
    from log_entries
    union all
    select
        {{ natural_key('discipline_incidents', ['renamed.school_id', 'renamed.incident_id']) }}
            as incident_key,
        {{ surrogate_key(['renamed.school_id']) }} as school_key,
        renamed.school_id,
        renamed.incident_id,
        renamed.incident_date,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
),

completed as (
    select
        together.incident_key,
        together.school_key,
        together.school_id,
        together.incident_id,
        cast(null as {{ dbt.type_string() }}) as location_code,
        cast(null as boolean) as is_reported_to_law_enforcement,
        together.incident_date,
        together._record_key,
        together._load_id,
        together._loaded_at
    from together
)

select * from completed
