{{ config(meta={'owner': 'academics'}) }}
-- What it finds: periods whose df_count is below their f_count, or above their number of letters,
--   or with a GPA outside 0 to 4.
-- When it matters: the counts were computed from different rows, or the crosswalk of letters holds
--   a wrong number.
-- How to resolve: compare fct_course_mark of the student and period; check
--   the crosswalk xwalk_letter_marks, your own rows included.
with

grades as (
    select * from {{ ref('fct_grades_by_period') }}
),

letter_marks as (
    {{ district_rows(ref('xwalk_letter_marks'), ['letter_grade']) }}
),

scale as (
    select
        min(grade_points) as lowest_points,
        max(grade_points) as highest_points
    from letter_marks
),

impossible as (
    select
        grades.student_key,
        grades.grading_period_key,
        grades.letter_mark_count,
        grades.f_count,
        grades.df_count,
        grades.gpa_unweighted
    from grades
    cross join scale
    where grades.df_count < grades.f_count
        or grades.df_count > grades.letter_mark_count
        or grades.gpa_unweighted < scale.lowest_points
        or grades.gpa_unweighted > scale.highest_points
        or grades.gpa_weighted < grades.gpa_unweighted
)

select * from impossible
