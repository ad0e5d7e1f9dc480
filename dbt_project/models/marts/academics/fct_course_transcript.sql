-- One row per student record, course and attempt result: the final result of a course.
with

transcripts as (
    select * from {{ ref('can_course_transcripts') }}
),

selected as (
    select
        course_transcript_key,
        student_key,
        course_key,
        school_year,
        term_code,
        course_title,
        attempt_result_code,
        final_letter_grade,
        final_numeric_grade,
        attempted_credits,
        earned_credits
    from transcripts
    where school_year <= {{ school_year_of(as_of_date()) }}
)

select * from selected
