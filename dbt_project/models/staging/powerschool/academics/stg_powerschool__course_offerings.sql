-- One row per course that a school teaches in a session.
with

sections as (
    select * from {{ ref('stg_powerschool__sections') }}
),

offered as (
    select
        sections.course_offering_key,
        sections.education_organization_id,
        sections.local_course_code as course_code,
        cast(null as {{ dbt.type_string() }}) as local_course_title,
        sections.school_id,
        sections.school_year,
        sections.session_name,
        sections._record_key,
        sections._load_id,
        sections._loaded_at
    from sections
),

newest as (
    {{ newest_version('offered', ['course_offering_key'], {
        'course_key': natural_key('courses', ['education_organization_id', 'course_code']),
    }) }}
)

select * from newest
