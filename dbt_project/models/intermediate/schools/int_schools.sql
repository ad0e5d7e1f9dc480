-- One row per school, with the name of its district.
with

schools as (
    select * from {{ ref('stg_edfi__schools') }}
),

local_education_agencies as (
    select * from {{ ref('stg_edfi__local_education_agencies') }}
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
        local_education_agencies.local_education_agency_name as district_name
    from schools
    left join local_education_agencies
        on local_education_agencies.local_education_agency_id = schools.local_education_agency_id
)

select * from joined
