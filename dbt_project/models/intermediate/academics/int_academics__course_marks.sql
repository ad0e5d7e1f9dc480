-- One row per student, grading period and course: the mark that counts. Only marks of the grading
-- period itself decide; of two sections of one course the worse letter counts.
with

marks as (
    select * from {{ ref('int_academics__marks') }}
),

ranked as (
    select
        marks.student_key,
        marks.grading_period_key,
        marks.school_key,
        marks.school_year,
        marks.course_identity_key,
        marks.course_key,
        marks.section_key,
        marks.letter_grade,
        marks.numeric_grade,
        marks.is_letter_from_number,
        marks.mark_kind,
        marks.letter_family,
        marks.grade_points,
        marks.weighted_grade_points,
        marks.credits,
        row_number() over (
            partition by marks.student_key, marks.grading_period_key, marks.course_identity_key
            order by
                -- a letter says more than a mark that is excluded or unknown
                case marks.mark_kind when 'letter' then 1 when 'unmapped' then 2 else 3 end,
                marks.grade_points,
                marks.weighted_grade_points,
                -- a tie: the section with more credits, then a stable one
                case when marks.credits is null then 1 else 0 end,
                marks.credits desc,
                marks.mark_key
        ) as worst_first
    from marks
    where marks.grade_type = 'grading_period'
),

deciding as (
    select
        {{ surrogate_key(['student_key', 'grading_period_key', 'course_identity_key']) }}
            as course_mark_key,
        student_key,
        grading_period_key,
        school_key,
        school_year,
        course_identity_key,
        course_key,
        section_key,
        letter_grade,
        numeric_grade,
        is_letter_from_number,
        mark_kind,
        letter_family,
        grade_points,
        weighted_grade_points,
        credits
    from ranked
    where worst_first = 1
)

select * from deciding
