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

numbered as (
    select
        {{ natural_key('courses', ['education_organization_id', 'course_code']) }} as course_key,
        education_organization_id,
        course_code,
        level_code,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by education_organization_id, course_code, level_code
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        course_key,
        education_organization_id,
        course_code,
        level_code,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
