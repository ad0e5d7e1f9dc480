-- One row per action against a student: the consequence of an entry of the log, or an action of
-- incident management. The latter names no student: it is the offender's where there is one alone.
with

log_entries as (
    select * from {{ ref('stg_powerschool__log_entries') }}
),

incident_action as (
    {{ current_rows(source('powerschool', 'incident_action')) }}
),

details as (
    select * from {{ ref('stg_powerschool__incident_details') }}
),

incidents as (
    select * from {{ ref('stg_powerschool__discipline_incidents') }}
),

roles as (
    select * from {{ ref('stg_powerschool__student_incident_roles') }}
),

participations as (
    {{ codes_of_sources(
        ref('xwalk_participation_codes'), ['participation_code'], ['powerschool']
    ) }}
),

renamed as (
    select
        {{ json_text('payload', ['action_incident_detail_id']) }} as detail_id,
        {{ json_text('payload', ['incident_id']) }} as incident_id,
        {{ safe_date(json_text('payload', ['action_plan_begin_dt'])) }} as begin_date,
        {{ safe_numeric(json_text('payload', ['duration_assigned'])) }} as planned_length_days,
        {{ safe_numeric(json_text('payload', ['duration_actual'])) }} as actual_length_days,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from incident_action
),

lone_offenders as (
    select
        roles.incident_id,
        min(roles.student_id) as student_id
    from roles
    inner join participations
        on participations.participation_code = roles.participation_code
    where participations.participation = 'perpetrator'
    group by roles.incident_id
    having count(distinct roles.student_id) = 1
),

together as (
    select
        log_entries.student_key,
        log_entries.school_key,
        log_entries.student_id,
        log_entries.school_id,
        log_entries.incident_id as action_id,
        log_entries.action_date,
        log_entries.discipline_code,
        log_entries.planned_length_days,
        log_entries.actual_length_days,
        log_entries._record_key,
        log_entries._load_id,
        log_entries._loaded_at
    from log_entries
    where log_entries.discipline_code is not null
    union all
    select
        {{ natural_key('students', ['lone_offenders.student_id']) }} as student_key,
        incidents.school_key,
        lone_offenders.student_id,
        incidents.school_id,
        'incident ' || renamed.incident_id || ', ' || renamed.detail_id as action_id,
        coalesce(renamed.begin_date, incidents.incident_date) as action_date,
        details.code as discipline_code,
        renamed.planned_length_days,
        renamed.actual_length_days,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    inner join lone_offenders
        on lone_offenders.incident_id = renamed.incident_id
    inner join incidents
        on incidents.incident_id = renamed.incident_id
    left join details
        on details.detail_id = renamed.detail_id
),

completed as (
    select
        together.student_key,
        together.school_key,
        together.student_id,
        together.school_id,
        together.action_id,
        together.action_date,
        cast(null as {{ dbt.type_string() }}) as discipline_namespace,
        together.discipline_code,
        together.planned_length_days,
        together.actual_length_days,
        together._record_key,
        together._load_id,
        together._loaded_at
    from together
)

select * from completed
