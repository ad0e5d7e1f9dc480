-- One row per entry of the discipline log: one student's part in what happened, and what followed.
with

log_entries as (
    {{ current_rows(source('powerschool', 'log')) }}
),

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

renamed as (
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        {{ json_text('payload', ['schoolid']) }} as school_id,
        -- not the number alone: incidents have numbers of their own
        'log ' || {{ json_text('payload', ['dcid']) }} as incident_id,
        lower({{ json_text('payload', ['subtype']) }}) as behavior_code,
        lower({{ json_text('payload', ['consequence']) }}) as discipline_code,
        coalesce(
            {{ safe_date(json_text('payload', ['discipline_incidentdate'])) }},
            {{ safe_date(json_text('payload', ['entry_date'])) }}
        ) as incident_date,
        {{ safe_date(json_text('payload', ['discipline_actiondate'])) }} as dated_action,
        {{ safe_numeric(json_text('payload', ['discipline_durationassigned'])) }}
            as planned_length_days,
        {{ safe_numeric(json_text('payload', ['discipline_durationactual'])) }}
            as actual_length_days,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from log_entries
),

keyed as (
    select
        {{ natural_key('discipline_incidents', ['renamed.school_id', 'renamed.incident_id']) }}
            as incident_key,
        students.student_key,
        {{ surrogate_key(['renamed.school_id']) }} as school_key,
        students.student_id,
        renamed.school_id,
        renamed.incident_id,
        renamed.behavior_code,
        renamed.discipline_code,
        renamed.incident_date,
        coalesce(renamed.dated_action, renamed.incident_date) as action_date,
        renamed.planned_length_days,
        renamed.actual_length_days,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    inner join students
        on students.powerschool_student_id = renamed.powerschool_student_id
)

select * from keyed
