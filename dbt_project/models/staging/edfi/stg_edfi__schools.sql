-- One row per school.
with

schools as (
    {{ current_rows(source('edfi', 'schools')) }}
),

renamed as (
    select
        {{ json_text('payload', ['schoolId']) }} as school_id,
        {{ json_text('payload', ['localEducationAgencyReference', 'localEducationAgencyId']) }}
            as local_education_agency_id,
        {{ json_text('payload', ['nameOfInstitution']) }} as school_name,
        {{ json_text('payload', ['shortNameOfInstitution']) }} as school_short_name,
        {{ descriptor_code(
            json_text('payload', ['schoolCategories', '0', 'schoolCategoryDescriptor'])
        ) }} as school_category_code,
        {{ descriptor_code(json_text('payload', ['schoolTypeDescriptor'])) }} as school_type_code,
        {{ descriptor_code(json_text('payload', ['operationalStatusDescriptor'])) }}
            as operational_status_code,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from schools
),

numbered as (
    select
        {{ surrogate_key(['school_id']) }} as school_key,
        school_id,
        local_education_agency_id,
        school_name,
        school_short_name,
        school_category_code,
        school_type_code,
        operational_status_code,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by school_id
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        school_key,
        school_id,
        local_education_agency_id,
        school_name,
        school_short_name,
        school_category_code,
        school_type_code,
        operational_status_code,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
