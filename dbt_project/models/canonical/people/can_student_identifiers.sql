-- One row per student and id: the student's own id and every other id that the source lists.
with

students as (
    select * from {{ ref('can_students') }}
),

listed as (
    {{ union_of_sources('older_student_identifiers', {
        'student_key': 'bigint',
        'identification_system_code': 'text',
        'identification_code': 'text',
    }) }}
),

separate as (
    {{ union_of_sources('student_identifiers', {
        'student_key': 'bigint',
        'identification_system_code': 'text',
        'identification_code': 'text',
    }) }}
),

every_id as (
    select
        students.student_key,
        'student unique id' as identification_system_code,
        students.student_id as identification_code,
        students.source_system,
        students.source_instance
    from students
    union
    select
        listed.student_key,
        listed.identification_system_code,
        listed.identification_code,
        listed.source_system,
        listed.source_instance
    from listed
    where listed.identification_code is not null
    union
    select
        separate.student_key,
        separate.identification_system_code,
        separate.identification_code,
        separate.source_system,
        separate.source_instance
    from separate
    where separate.identification_code is not null
)

select * from every_id
