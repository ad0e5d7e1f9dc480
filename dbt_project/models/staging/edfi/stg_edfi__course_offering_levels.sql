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

numbered as (
    select
        {{ natural_key(
            'course_offerings', ['school_id', 'school_year', 'session_name', 'local_course_code']
        ) }}
            as course_offering_key,
        school_id,
        school_year,
        session_name,
        local_course_code,
        level_code,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by school_id, school_year, session_name, local_course_code, level_code
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        course_offering_key,
        school_id,
        school_year,
        session_name,
        local_course_code,
        level_code,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
