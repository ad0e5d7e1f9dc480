-- One row per entry of the discipline log: the student whose entry it is did it.
with

log_entries as (
    select * from {{ ref('stg_powerschool__log_entries') }}
),

done as (
    select
        log_entries.student_key,
        log_entries.incident_key,
        log_entries.school_key,
        log_entries.student_id,
        log_entries.school_id,
        log_entries.incident_id,
        log_entries.behavior_code,
        cast(null as {{ dbt.type_string() }}) as participation_namespace,
        cast(null as {{ dbt.type_string() }}) as participation_code,
        log_entries._record_key,
        log_entries._load_id,
        log_entries._loaded_at
    from log_entries
)

select * from done
