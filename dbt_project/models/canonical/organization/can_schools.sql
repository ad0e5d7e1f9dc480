-- One row per school, with the name of its district.
with

schools as (
    {{ union_of_sources('schools', {
        'school_key': 'bigint',
        'school_id': 'text',
        'school_name': 'text',
        'school_short_name': 'text',
        'school_category_code': 'text',
        'school_type_code': 'text',
        'operational_status_code': 'text',
        'local_education_agency_id': 'text',
    }) }}
),

districts as (
    {{ union_of_sources('districts', {
        'local_education_agency_id': 'text',
        'local_education_agency_name': 'text',
    }) }}
),

joined as (
    select
        schools.school_key,
        schools.school_id,
        schools.school_name,
        schools.school_short_name,
        schools.school_category_code,
        schools.school_type_code,
        schools.operational_status_code,
        schools.local_education_agency_id as district_id,
        districts.local_education_agency_name as district_name,
        schools.source_system,
        schools.source_instance
    from schools
    left join districts
        on districts.local_education_agency_id = schools.local_education_agency_id
        and districts.source_system = schools.source_system
        and districts.source_instance = schools.source_instance
)

select * from joined
