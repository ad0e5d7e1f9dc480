-- One row per result and student id that the source offers: it names the student itself, so the id
-- needs no second attribute.
with

student_assessments as (
    select * from {{ ref('stg_edfi__student_assessments') }}
),

students as (
    select * from {{ ref('stg_edfi__students') }}
),

listed as (
    select
        'edfi' as source,
        student_assessments.result_id,
        student_assessments.source_instance,
        'student_unique_id' as id_column,
        -- as the student's own record spells it, in whatever case the result does
        coalesce(students.student_id, student_assessments.student_id) as id_value,
        cast(null as date) as birth_date,
        cast(null as {{ dbt.type_string() }}) as first_name,
        cast(null as {{ dbt.type_string() }}) as last_name,
        false as needs_second_attribute
    from student_assessments
    left join students
        on students.student_key
        = {{ natural_key('students', ['student_assessments.student_id']) }}
    where student_assessments.student_id is not null
)

select * from listed
