-- One row per student record, course and attempt result.
with

course_transcripts as (
    {{ current_rows(source('edfi', 'course_transcripts')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentAcademicRecordReference', 'studentUniqueId']) }}
            as student_id,
        {{ json_text('payload', ['studentAcademicRecordReference', 'educationOrganizationId']) }}
            as education_organization_id,
        cast(
            {{ safe_numeric(
                json_text('payload', ['studentAcademicRecordReference', 'schoolYear'])
            ) }}
            as integer
        ) as school_year,
        {{ descriptor_code(
            json_text('payload', ['studentAcademicRecordReference', 'termDescriptor'])
        ) }}
            as term_code,
        {{ json_text('payload', ['courseReference', 'educationOrganizationId']) }}
            as course_education_organization_id,
        {{ json_text('payload', ['courseReference', 'courseCode']) }} as course_code,
        {{ descriptor_code(json_text('payload', ['courseAttemptResultDescriptor'])) }}
            as attempt_result_code,
        {{ json_text('payload', ['courseTitle']) }} as course_title,
        upper({{ plain_minus(json_text('payload', ['finalLetterGradeEarned'])) }})
            as final_letter_grade,
        {{ safe_numeric(json_text('payload', ['finalNumericGradeEarned'])) }}
            as final_numeric_grade,
        {{ safe_numeric(json_text('payload', ['attemptedCredits'])) }} as attempted_credits,
        {{ safe_numeric(json_text('payload', ['earnedCredits'])) }} as earned_credits,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from course_transcripts
),

newest as (
    {{ newest_version('renamed', [
        'student_id', 'education_organization_id', 'school_year', 'term_code',
        'course_education_organization_id', 'course_code', 'attempt_result_code',
    ], {
        'student_key': natural_key('students', ['student_id']),
        'course_key': natural_key('courses', ['course_education_organization_id', 'course_code']),
    }) }}
)

select * from newest
