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

numbered as (
    select
        {{ natural_key('students', ['student_id']) }} as student_key,
        student_id,
        first_name,
        last_name,
        preferred_first_name,
        birth_date,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by student_id
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        student_key,
        student_id,
        first_name,
        last_name,
        preferred_first_name,
        birth_date,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
