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

newest as (
    {{ newest_version('renamed', ['school_id'], {
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
