-- One row per student.
with

students as (
    {{ current_rows(source('powerschool', 'students')) }}
),

renamed as (
    select
        {{ json_text('payload', ['student_number']) }} as student_id,
        {{ json_text('payload', ['id']) }} as powerschool_student_id,
        {{ json_text('payload', ['state_studentnumber']) }} as state_student_id,
        {{ json_text('payload', ['first_name']) }} as first_name,
        {{ json_text('payload', ['last_name']) }} as last_name,
        cast(null as {{ dbt.type_string() }}) as preferred_first_name,
        {{ safe_date(json_text('payload', ['dob'])) }} as birth_date,
        lower({{ json_text('payload', ['gender']) }}) as gender_code,
        {{ json_text('payload', ['fedethnicity']) }} as federal_ethnicity_code,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from students
),

newest as (
    {{ newest_version('renamed', ['student_id'], {
        'student_key': natural_key('students', ['student_id']),
    }) }}
)

select * from newest
