-- One row per student that a source knows and has not deleted.
with

students as (
    {{ union_of_sources('students', {
        'student_key': 'bigint',
        'student_id': 'text',
        'first_name': 'text',
        'last_name': 'text',
        'preferred_first_name': 'text',
        'birth_date': 'date',
    }) }}
),

named as (
    select
        students.student_key,
        students.student_id,
        students.first_name,
        students.last_name,
        students.preferred_first_name,
        students.birth_date,
        students.source_system,
        students.source_instance
    from students
    where students.student_id is not null
)

select * from named
