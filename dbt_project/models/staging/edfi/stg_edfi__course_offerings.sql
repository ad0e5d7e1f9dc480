-- One row per course offered by a school in a session.
with

course_offerings as (
    {{ current_rows(source('edfi', 'course_offerings')) }}
),

renamed as (
    select
        {{ json_text('payload', ['schoolReference', 'schoolId']) }} as school_id,
        cast(
            {{ safe_numeric(json_text('payload', ['sessionReference', 'schoolYear'])) }}
            as integer
        ) as school_year,
        {{ json_text('payload', ['sessionReference', 'sessionName']) }} as session_name,
        {{ json_text('payload', ['localCourseCode']) }} as local_course_code,
        {{ json_text('payload', ['courseReference', 'educationOrganizationId']) }}
            as education_organization_id,
        {{ json_text('payload', ['courseReference', 'courseCode']) }} as course_code,
        {{ json_text('payload', ['localCourseTitle']) }} as local_course_title,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from course_offerings
),

numbered as (
    select
        {{ natural_key(
            'course_offerings', ['school_id', 'school_year', 'session_name', 'local_course_code']
        ) }}
            as course_offering_key,
        {{ natural_key('courses', ['education_organization_id', 'course_code']) }} as course_key,
        school_id,
        school_year,
        session_name,
        local_course_code,
        education_organization_id,
        course_code,
        local_course_title,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by school_id, school_year, session_name, local_course_code
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        course_offering_key,
        course_key,
        school_id,
        school_year,
        session_name,
        local_course_code,
        education_organization_id,
        course_code,
        local_course_title,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
