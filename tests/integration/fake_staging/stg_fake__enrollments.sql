-- One row per person, at the one school, since the first day.
with

people as (
    {{ current_rows(source('fake', 'people')) }}
),

renamed as (
    select
        {{ json_text('payload', ['name']) }} as student_id,
        {{ json_text('payload', ['school']) }} as school_id,
        2027 as school_year,
        cast(null as {{ dbt.type_string() }}) as calendar_code,
        cast(null as integer) as calendar_school_year,
        cast(null as {{ dbt.type_string() }}) as grade_level_namespace,
        {{ json_text('payload', ['class']) }} as grade_level_code,
        true as is_primary_school,
        cast(null as {{ dbt.type_string() }}) as enrollment_type_code,
        cast(null as {{ dbt.type_string() }}) as exit_type_code,
        {{ safe_date(json_text('payload', ['since'])) }} as first_date,
        cast(null as date) as last_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from people
),

newest as (
    {{ newest_version('renamed', ['student_id'], {
        'enrollment_key': surrogate_key(['student_id']),
        'student_key': natural_key('students', ['student_id']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
