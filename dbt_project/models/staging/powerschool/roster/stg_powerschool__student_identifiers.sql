-- One row per id of a student beside the district's own number.
with

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

listed as (
    select
        {{ surrogate_key(['students.student_id', "'state'", 'students.state_student_id']) }}
            as identification_key,
        students.student_key,
        students.student_id,
        'state' as identification_system_code,
        students.state_student_id as identification_code,
        students._record_key,
        students._load_id,
        students._loaded_at
    from students
    where students.state_student_id is not null
)

select * from listed
