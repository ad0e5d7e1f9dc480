-- One row per student that the source knows and has not deleted.
with

students as (
    select * from {{ ref('stg_edfi__students') }}
),

named as (
    select
        students.student_key,
        students.student_id,
        students.first_name,
        students.last_name,
        students.preferred_first_name,
        students.birth_date
    from students
    where students.student_id is not null
)

select * from named
