-- One row per student, grading period, course and night on which the mark that counts changed: what
-- was known when. The rows without replaced_on are those of fct_course_mark.
with

course_marks as (
    select * from {{ ref('int_academics__course_marks') }}
),

grading_periods as (
    select * from {{ ref('dim_grading_period') }}
),

dated as (
    select
        course_marks.student_key,
        course_marks.grading_period_key,
        course_marks.course_identity_key,
        grading_periods.school_key as period_school_key,
        grading_periods.school_year as period_school_year,
        grading_periods.begin_date as period_begin_date,
        grading_periods.end_date as period_end_date,
        course_marks.mark_kind,
        course_marks.letter_family,
        course_marks.grade_points,
        course_marks.weighted_grade_points,
        course_marks.credits,
        cast(course_marks.version_number as integer) as version_number,
        course_marks.known_on,
        course_marks.replaced_on
    from course_marks
    inner join grading_periods
        on grading_periods.grading_period_key = course_marks.grading_period_key
    where grading_periods.begin_date <= {{ as_of_date() }}
)

select * from dated
