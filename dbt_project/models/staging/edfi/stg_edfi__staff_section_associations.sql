-- One row per staff member, section and begin date.
with

staff_section_associations as (
    {{ current_rows(source('edfi', 'staff_section_associations')) }}
),

renamed as (
    select
        {{ json_text('payload', ['staffReference', 'staffUniqueId']) }} as staff_id,
        {{ json_text('payload', ['sectionReference', 'schoolId']) }} as school_id,
        cast(
            {{ safe_numeric(json_text('payload', ['sectionReference', 'schoolYear'])) }}
            as integer
        ) as school_year,
        {{ json_text('payload', ['sectionReference', 'sessionName']) }} as session_name,
        {{ json_text('payload', ['sectionReference', 'localCourseCode']) }} as local_course_code,
        {{ json_text('payload', ['sectionReference', 'sectionIdentifier']) }} as section_identifier,
        {{ descriptor_code(json_text('payload', ['classroomPositionDescriptor'])) }}
            as position_code,
        {{ safe_date(json_text('payload', ['beginDate'])) }} as begin_date,
        {{ safe_date(json_text('payload', ['endDate'])) }} as end_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from staff_section_associations
),

newest as (
    {{ newest_version('renamed', [
        'staff_id', 'school_id', 'school_year', 'session_name', 'local_course_code',
        'section_identifier', 'begin_date',
    ], {
        'staff_key': natural_key('staffs', ['staff_id']),
        'section_key': natural_key('sections', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier',
        ]),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
