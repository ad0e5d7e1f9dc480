-- One row per student and role in an incident of incident management. Who has no role is not taken
-- for an offender.
with

incident_person_role as (
    {{ current_rows(source('powerschool', 'incident_person_role')) }}
),

incident as (
    {{ current_rows(source('powerschool', 'incident')) }}
),

details as (
    select * from {{ ref('stg_powerschool__incident_details') }}
),

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

renamed as (
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        {{ json_text('payload', ['incident_id']) }} as incident_id,
        {{ json_text('payload', ['role_incident_detail_id']) }} as detail_id,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from incident_person_role
),

incidents as (
    select
        {{ json_text('payload', ['incident_id']) }} as incident_id,
        {{ json_text('payload', ['school_number']) }} as school_id
    from incident
),

keyed as (
    select
        students.student_key,
        {{ natural_key('discipline_incidents', ['incidents.school_id', 'incidents.incident_id']) }}
            as incident_key,
        {{ surrogate_key(['incidents.school_id']) }} as school_key,
        students.student_id,
        incidents.school_id,
        incidents.incident_id,
        cast(null as {{ dbt.type_string() }}) as participation_namespace,
        details.code as participation_code,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    inner join students
        on students.powerschool_student_id = renamed.powerschool_student_id
    inner join incidents
        on incidents.incident_id = renamed.incident_id
    left join details
        on details.detail_id = renamed.detail_id
)

select * from keyed
