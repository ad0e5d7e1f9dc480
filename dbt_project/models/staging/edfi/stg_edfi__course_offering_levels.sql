-- One row per course offering and level characteristic (honors, advanced placement ...).
with

course_offerings as (
    {{ current_rows(source('edfi', 'course_offerings')) }}
),

renamed as (
    select
        {{ json_text('course_offerings.payload', ['schoolReference', 'schoolId']) }} as school_id,
        cast(
            {{ safe_numeric(
                json_text('course_offerings.payload', ['sessionReference', 'schoolYear'])
            ) }}
            as integer
        ) as school_year,
        {{ json_text('course_offerings.payload', ['sessionReference', 'sessionName']) }}
            as session_name,
        {{ json_text('course_offerings.payload', ['localCourseCode']) }} as local_course_code,
        {{ descriptor_code(json_text('listed.item', ['courseLevelCharacteristicDescriptor'])) }}
            as level_code,
        course_offerings.record_key as _record_key,
        course_offerings.load_id as _load_id,
        course_offerings.loaded_at as _loaded_at
    from course_offerings
    cross join lateral {{ json_list('course_offerings.payload', ['courseLevelCharacteristics']) }}
        as listed
),

newest as (
    {{ newest_version('renamed', [
        'school_id', 'school_year', 'session_name', 'local_course_code', 'level_code',
    ], {
        'course_offering_key': natural_key('course_offerings', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
        ]),
    }) }}
)

select * from newest
