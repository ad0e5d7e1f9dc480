-- One row per course of an education organisation.
with

courses as (
    {{ current_rows(source('edfi', 'courses')) }}
),

renamed as (
    select
        {{ json_text('payload', ['educationOrganizationReference', 'educationOrganizationId']) }}
            as education_organization_id,
        {{ json_text('payload', ['courseCode']) }} as course_code,
        {{ json_text('payload', ['courseTitle']) }} as course_title,
        coalesce(
            {{ descriptor_code(json_text('payload', ['academicSubjectDescriptor'])) }},
            {{ descriptor_code(
                json_text('payload', ['academicSubjects', '0', 'academicSubjectDescriptor'])
            ) }}
        ) as academic_subject_code,
        {{ descriptor_code(json_text('payload', ['courseGPAApplicabilityDescriptor'])) }}
            as gpa_applicability_code,
        {{ safe_numeric(json_text('payload', ['maximumAvailableCredits'])) }}
            as maximum_available_credits,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from courses
),

numbered as (
    select
        {{ natural_key('courses', ['education_organization_id', 'course_code']) }} as course_key,
        education_organization_id,
        course_code,
        course_title,
        academic_subject_code,
        gpa_applicability_code,
        maximum_available_credits,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by education_organization_id, course_code
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        course_key,
        education_organization_id,
        course_code,
        course_title,
        academic_subject_code,
        gpa_applicability_code,
        maximum_available_credits,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
