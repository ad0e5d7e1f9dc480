-- One row per student record, course and attempt result.
with

transcripts as (
    select * from {{ ref('stg_edfi__course_transcripts') }}
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
        transcripts.earned_credits
    from transcripts
    left join courses
        on courses.course_key = transcripts.course_key
)

select * from keyed
