-- One row per section.
with

sections as (
    {{ current_rows(source('powerschool', 'sections')) }}
),

terms as (
    select * from {{ ref('stg_powerschool__terms') }}
),

courses as (
    select * from {{ ref('stg_powerschool__courses') }}
),

renamed as (
    select
        {{ json_text('sections.payload', ['id']) }} as powerschool_section_id,
        {{ json_text('sections.payload', ['schoolid']) }} as school_id,
        {{ powerschool_school_year(json_text('sections.payload', ['termid']), of_term=true) }}
            as school_year,
        -- a term that is not there is known by its number
        coalesce(terms.session_name, {{ json_text('sections.payload', ['termid']) }})
            as session_name,
        {{ json_text('sections.payload', ['course_number']) }} as local_course_code,
        {{ json_text('sections.payload', ['section_number']) }} as section_identifier,
        cast(null as {{ dbt.type_string() }}) as section_name,
        courses.education_organization_id,
        -- one that the course is said to bring as a whole
        courses.maximum_available_credits as available_credits,
        coalesce({{ json_text('sections.payload', ['gradescaleid']) }}, courses.grade_scale_id)
            as grade_scale_id,
        sections.record_key as _record_key,
        sections.load_id as _load_id,
        sections.loaded_at as _loaded_at
    from sections
    left join terms
        on terms.school_id = {{ json_text('sections.payload', ['schoolid']) }}
        and terms.term_id = {{ json_text('sections.payload', ['termid']) }}
    left join courses
        on {{ key_text('courses', 'courses.course_code') }}
        = {{ key_text('courses', json_text('sections.payload', ['course_number'])) }}
),

newest as (
    {{ newest_version('renamed', [
        'school_id', 'school_year', 'session_name', 'local_course_code', 'section_identifier',
    ], {
        'local_course_key': natural_key('course_offerings', ['school_id', 'local_course_code']),
        'course_offering_key': natural_key('course_offerings', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
        ]),
        'session_key': natural_key('sessions', ['school_id', 'school_year', 'session_name']),
        'section_key': natural_key('sections', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier',
        ]),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
