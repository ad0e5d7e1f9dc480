-- One row per student and race.
with

studentrace as (
    {{ current_rows(source('powerschool', 'studentrace')) }}
),

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

meanings as (
    {{ codes_of_sources(ref('xwalk_demographic_codes'), ['kind', 'code'], ['powerschool']) }}
        and crosswalk.kind = 'race'
),

renamed as (
    select
        {{ json_text('studentrace.payload', ['studentid']) }} as powerschool_student_id,
        lower({{ json_text('studentrace.payload', ['racecd']) }}) as race_code,
        studentrace.record_key as _record_key,
        studentrace.load_id as _load_id,
        studentrace.loaded_at as _loaded_at
    from studentrace
),

numbered as (
    select
        students.student_key,
        coalesce(meanings.meaning, renamed.race_code) as race_code,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    inner join students
        on students.powerschool_student_id = renamed.powerschool_student_id
    left join meanings
        on meanings.code = renamed.race_code
    where renamed.race_code is not null
),

newest as (
    {{ newest_version('numbered', ['student_key', 'race_code']) }}
)

select * from newest
