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

newest as (
    {{ newest_version('renamed', ['education_organization_id', 'course_code'], {
        'course_key': natural_key('courses', ['education_organization_id', 'course_code']),
    }) }}
)

select * from newest
