-- One row per student, organisation, school year and term.
with

student_academic_records as (
    {{ current_rows(source('edfi', 'student_academic_records')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['educationOrganizationReference', 'educationOrganizationId']) }}
            as education_organization_id,
        cast(
            {{ safe_numeric(json_text('payload', ['schoolYearTypeReference', 'schoolYear'])) }}
            as integer
        ) as school_year,
        {{ descriptor_code(json_text('payload', ['termDescriptor'])) }} as term_code,
        {{ safe_numeric(json_text('payload', ['cumulativeEarnedCredits'])) }}
            as cumulative_earned_credits,
        {{ safe_numeric(json_text('payload', ['cumulativeAttemptedCredits'])) }}
            as cumulative_attempted_credits,
        {{ safe_numeric(json_text('payload', ['sessionEarnedCredits'])) }}
            as session_earned_credits,
        {{ safe_numeric(json_text('payload', ['sessionAttemptedCredits'])) }}
            as session_attempted_credits,
        {{ safe_numeric(json_text('payload', ['cumulativeGradePointAverage'])) }} as cumulative_gpa,
        {{ safe_numeric(json_text('payload', ['sessionGradePointAverage'])) }} as session_gpa,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_academic_records
),

newest as (
    {{ newest_version('renamed', [
        'student_id', 'education_organization_id', 'school_year', 'term_code',
    ], {
        'student_key': natural_key('students', ['student_id']),
    }) }}
)

select * from newest
