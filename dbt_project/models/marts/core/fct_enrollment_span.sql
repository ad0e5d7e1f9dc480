-- One row per known student and span of dates in which one school decides: where the student is on
-- any date, because spans of a student never overlap.
with

primary_spans as (
    select * from {{ ref('int_enrollment__primary_spans') }}
),

students as (
    select * from {{ ref('dim_student') }}
),

of_known_students as (
    select
        primary_spans.student_key,
        primary_spans.school_key,
        primary_spans.grade_level,
        primary_spans.grade_band,
        primary_spans.first_date,
        primary_spans.last_date,
        min(primary_spans.first_date) over (
            partition by primary_spans.student_key, primary_spans.school_key
        ) as school_first_date,
        lag(primary_spans.school_key) over (
            partition by primary_spans.student_key order by primary_spans.first_date
        ) as previous_school_key,
        lag(primary_spans.first_date) over (
            partition by primary_spans.student_key order by primary_spans.first_date
        ) as previous_first_date
    from primary_spans
    inner join students
        on students.student_key = primary_spans.student_key
),

described as (
    select
        of_known_students.student_key,
        of_known_students.school_key,
        of_known_students.grade_level,
        of_known_students.grade_band,
        of_known_students.first_date,
        of_known_students.last_date,
        of_known_students.school_first_date,
        -- the step to the next school over the summer is how school goes, and no change
        coalesce(
            of_known_students.previous_school_key != of_known_students.school_key
            and {{ school_year_of('of_known_students.previous_first_date') }}
            = {{ school_year_of('of_known_students.first_date') }},
            false
        ) as is_school_change
    from of_known_students
)

select * from described
