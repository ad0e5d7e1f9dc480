-- One row per student record, course and attempt result.
with

transcripts as (
    {{ union_of_sources('course_transcripts', {
        'student_key': 'bigint',
        'course_key': 'bigint',
        'student_id': 'text',
        'education_organization_id': 'text',
        'school_year': 'integer',
        'term_code': 'text',
        'attempt_result_code': 'text',
        'course_title': 'text',
        'final_letter_grade': 'text',
        'final_numeric_grade': 'numeric',
        'attempted_credits': 'numeric',
        'earned_credits': 'numeric',
    }) }}
),

courses as (
    select * from {{ ref('can_courses') }}
),

keyed as (
    select
        {{ surrogate_key([
            'transcripts.student_id', 'transcripts.education_organization_id',
            'transcripts.school_year', 'transcripts.term_code', 'transcripts.course_key',
            'transcripts.attempt_result_code',
        ]) }} as course_transcript_key,
        transcripts.student_key,
        transcripts.course_key,
        transcripts.school_year,
        transcripts.term_code,
        coalesce(transcripts.course_title, courses.course_title) as course_title,
        transcripts.attempt_result_code,
        transcripts.final_letter_grade,
        transcripts.final_numeric_grade,
        transcripts.attempted_credits,
        transcripts.earned_credits,
        transcripts.source_system,
        transcripts.source_instance
    from transcripts
    left join courses
        on courses.course_key = transcripts.course_key
)

select * from keyed
