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

newest as (
    {{ newest_version('renamed', [
        'school_id', 'school_year', 'session_name', 'local_course_code',
    ], {
        'course_offering_key': natural_key('course_offerings', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
        ]),
        'course_key': natural_key('courses', ['education_organization_id', 'course_code']),
    }) }}
)

select * from newest
