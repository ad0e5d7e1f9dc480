-- One row per student and grading period with a number in the place of a letter, where the grade
-- band of then counts letters only: such a number may be of any scale, and is read as no letter.
with

marks as (
    select * from {{ ref('can_marks') }}
),

grading_periods as (
    select * from {{ ref('can_grading_periods') }}
),

primary_spans as (
    select * from {{ ref('int_enrollment__primary_spans') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

with_numbers as (
    select distinct
        marks.student_key,
        marks.grading_period_key
    from marks
    where marks.letter_grade is null
        and marks.numeric_grade is not null
),

banded as (
    select
        with_numbers.student_key,
        with_numbers.grading_period_key,
        primary_spans.grade_band,
        -- the enrolment of the period's end; of who left before it, the last one
        row_number() over (
            partition by with_numbers.student_key, with_numbers.grading_period_key
            order by primary_spans.first_date desc
        ) as latest_first
    from with_numbers
    inner join grading_periods
        on grading_periods.grading_period_key = with_numbers.grading_period_key
    inner join primary_spans
        on primary_spans.student_key = with_numbers.student_key
        and primary_spans.first_date <= grading_periods.end_date
),

letter_only as (
    select
        banded.student_key,
        banded.grading_period_key
    from banded
    inner join policy
        on policy.grade_band = coalesce(banded.grade_band, '*')
    where banded.latest_first = 1
        and policy.course_grades_need_letters
)

select * from letter_only
