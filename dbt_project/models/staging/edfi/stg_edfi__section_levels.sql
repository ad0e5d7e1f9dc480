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

newest as (
    {{ newest_version('renamed', [
        'school_id', 'school_year', 'session_name', 'local_course_code', 'section_identifier',
        'level_code',
    ], {
        'section_key': natural_key('sections', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier',
        ]),
    }) }}
)

select * from newest
