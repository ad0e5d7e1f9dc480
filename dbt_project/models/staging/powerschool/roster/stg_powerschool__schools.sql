-- One row per school. 999999 is where PowerSchool moves graduates, and no school.
with

schools as (
    {{ current_rows(source('powerschool', 'schools')) }}
),

renamed as (
    select
        {{ json_text('payload', ['school_number']) }} as school_id,
        {{ json_text('payload', ['district_number']) }} as local_education_agency_id,
        {{ json_text('payload', ['name']) }} as school_name,
        {{ json_text('payload', ['abbreviation']) }} as school_short_name,
        cast(null as {{ dbt.type_string() }}) as school_category_code,
        case when {{ json_text('payload', ['issummerschool']) }} = '1' then 'summer school' end
            as school_type_code,
        cast(null as {{ dbt.type_string() }}) as operational_status_code,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from schools
    where {{ json_text('payload', ['school_number']) }} != '999999'
),

newest as (
    {{ newest_version('renamed', ['school_id'], {
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
