-- One row per course and level characteristic (honors, advanced placement ...).
with

courses as (
    {{ current_rows(source('edfi', 'courses')) }}
),

renamed as (
    select
        {{ json_text(
            'courses.payload', ['educationOrganizationReference', 'educationOrganizationId']
        ) }}
            as education_organization_id,
        {{ json_text('courses.payload', ['courseCode']) }} as course_code,
        {{ descriptor_code(json_text('listed.item', ['courseLevelCharacteristicDescriptor'])) }}
            as level_code,
        courses.record_key as _record_key,
        courses.load_id as _load_id,
        courses.loaded_at as _loaded_at
    from courses
    cross join lateral {{ json_list('courses.payload', ['levelCharacteristics']) }} as listed
),

newest as (
    {{ newest_version('renamed', ['education_organization_id', 'course_code', 'level_code'], {
        'course_key': natural_key('courses', ['education_organization_id', 'course_code']),
    }) }}
)

select * from newest
