-- One row per mark of the source, of every kind: nothing that a teacher gave is lost. What
-- decides is in fct_course_mark.
with

marks as (
    select * from {{ ref('int_academics__marks') }}
),

grading_periods as (
    select * from {{ ref('dim_grading_period') }}
),

begun as (
    select
        marks.mark_key,
        marks.student_key,
        marks.section_key,
        marks.course_key,
        marks.grading_period_key,
        marks.school_key,
        marks.school_year,
        marks.grade_type,
        marks.letter_grade,
        marks.numeric_grade,
        marks.is_letter_from_number,
        marks.mark_kind,
        marks.letter_family,
        marks.grade_points,
        marks.weighted_grade_points,
        marks.known_on
    from marks
    left join grading_periods
        on grading_periods.grading_period_key = marks.grading_period_key
    where grading_periods.begin_date is null
        or grading_periods.begin_date <= {{ as_of_date() }}
)

select * from begun
