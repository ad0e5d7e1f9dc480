-- One row per student.
with

students as (
    {{ current_rows(source('edfi', 'students')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['firstName']) }} as first_name,
        {{ json_text('payload', ['lastSurname']) }} as last_name,
        {{ json_text('payload', ['preferredFirstName']) }} as preferred_first_name,
        {{ safe_date(json_text('payload', ['birthDate'])) }} as birth_date,
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
