-- One row per student, grading period and course: the mark that counts there, the evidence
-- behind the counts and the GPA of fct_grades_by_period.
with

course_marks as (
    select * from {{ ref('int_academics__course_marks') }}
),

grading_periods as (
    select * from {{ ref('dim_grading_period') }}
),

begun as (
    select
        course_marks.course_mark_key,
        course_marks.student_key,
        course_marks.grading_period_key,
        course_marks.school_key,
        course_marks.school_year,
        course_marks.course_identity_key,
        course_marks.course_key,
        course_marks.section_key,
        course_marks.letter_grade,
        course_marks.numeric_grade,
        course_marks.is_letter_from_number,
        course_marks.mark_kind,
        course_marks.letter_family,
        course_marks.grade_points,
        course_marks.weighted_grade_points,
        course_marks.credits,
        course_marks.known_on,
        grading_periods.end_date as period_end_date
    from course_marks
    left join grading_periods
        on grading_periods.grading_period_key = course_marks.grading_period_key
    where course_marks.replaced_on is null
        -- a period that the source does not know has no dates and is kept; the integrity test
        -- names it
        and (
            grading_periods.begin_date is null
            or grading_periods.begin_date <= {{ as_of_date() }}
        )
)

select * from begun
