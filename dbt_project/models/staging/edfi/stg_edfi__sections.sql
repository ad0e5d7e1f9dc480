-- One row per section.
with

sections as (
    {{ current_rows(source('edfi', 'sections')) }}
),

renamed as (
    select
        {{ json_text('payload', ['courseOfferingReference', 'schoolId']) }} as school_id,
        cast(
            {{ safe_numeric(json_text('payload', ['courseOfferingReference', 'schoolYear'])) }}
            as integer
        ) as school_year,
        {{ json_text('payload', ['courseOfferingReference', 'sessionName']) }} as session_name,
        {{ json_text('payload', ['courseOfferingReference', 'localCourseCode']) }}
            as local_course_code,
        {{ json_text('payload', ['sectionIdentifier']) }} as section_identifier,
        {{ json_text('payload', ['sectionName']) }} as section_name,
        {{ descriptor_code(json_text('payload', ['educationalEnvironmentDescriptor'])) }}
            as environment_code,
        {{ safe_numeric(json_text('payload', ['availableCredits'])) }} as available_credits,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from sections
),

newest as (
    {{ newest_version('renamed', [
        'school_id', 'school_year', 'session_name', 'local_course_code', 'section_identifier',
    ], {
        'local_course_key': natural_key('course_offerings', ['school_id', 'local_course_code']),
        'course_offering_key': natural_key('course_offerings', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
        ]),
        'section_key': natural_key('sections', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier',
        ]),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
