-- One row per student and id: the student's own id and every other id that the source lists.
with

students as (
    select * from {{ ref('can_students') }}
),

listed as (
    select * from {{ ref('stg_edfi__student_listed_identification_codes') }}
),

separate as (
    select * from {{ ref('stg_edfi__student_identification_codes') }}
),

every_id as (
    select
        students.student_key,
        'student unique id' as identification_system_code,
        students.student_id as identification_code
    from students
    union
    select
        listed.student_key,
        listed.identification_system_code,
        listed.identification_code
    from listed
    where listed.identification_code is not null
    union
    select
        separate.student_key,
        separate.identification_system_code,
        separate.identification_code
    from separate
    where separate.identification_code is not null
)

select * from every_id
