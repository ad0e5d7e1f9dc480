-- One row per person.
with

people as (
    {{ current_rows(source('fake', 'people')) }}
),

renamed as (
    select
        {{ json_text('payload', ['name']) }} as student_id,
        {{ json_text('payload', ['name']) }} as first_name,
        cast(null as {{ dbt.type_string() }}) as last_name,
        cast(null as {{ dbt.type_string() }}) as preferred_first_name,
        cast(null as date) as birth_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from people
),

newest as (
    {{ newest_version('renamed', ['student_id'], {
        'student_key': natural_key('students', ['student_id']),
    }) }}
)

select * from newest
