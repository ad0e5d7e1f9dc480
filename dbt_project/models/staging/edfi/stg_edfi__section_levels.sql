-- One row per section and level characteristic (honors, advanced placement ...).
with

sections as (
    {{ current_rows(source('edfi', 'sections')) }}
),

renamed as (
    select
        {{ json_text('sections.payload', ['courseOfferingReference', 'schoolId']) }} as school_id,
        cast(
            {{ safe_numeric(
                json_text('sections.payload', ['courseOfferingReference', 'schoolYear'])
            ) }}
            as integer
        ) as school_year,
        {{ json_text('sections.payload', ['courseOfferingReference', 'sessionName']) }}
            as session_name,
        {{ json_text('sections.payload', ['courseOfferingReference', 'localCourseCode']) }}
            as local_course_code,
        {{ json_text('sections.payload', ['sectionIdentifier']) }} as section_identifier,
        {{ descriptor_code(json_text('listed.item', ['courseLevelCharacteristicDescriptor'])) }}
            as level_code,
        sections.record_key as _record_key,
        sections.load_id as _load_id,
        sections.loaded_at as _loaded_at
    from sections
    cross join lateral {{ json_list('sections.payload', ['courseLevelCharacteristics']) }} as listed
),

numbered as (
    select
        {{ natural_key('sections', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier',
        ]) }} as section_key,
        school_id,
        school_year,
        session_name,
        local_course_code,
        section_identifier,
        level_code,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by
                school_id,
                school_year,
                session_name,
                local_course_code,
                section_identifier,
                level_code
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        section_key,
        school_id,
        school_year,
        session_name,
        local_course_code,
        section_identifier,
        level_code,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
