-- One row per result, id that its source offers, and student who has this id in one of the
-- district's numberings (`identification_system_code` is the namespace), with what the second
-- attribute says: `agrees`, `disagrees` or `absent`. Birth date or full name must agree: one of
-- them is enough, because a birth date may be mistyped and a name may be shortened, but hardly
-- both for the same id.
with

student_ids as (
    select * from {{ ref('can_assessment_student_ids') }}
),

identifiers as (
    select * from {{ ref('can_student_identifiers') }}
),

students as (
    select * from {{ ref('can_students') }}
),

found as (
    select
        student_ids.assessment_result_key,
        student_ids.source,
        student_ids.source_instance,
        student_ids.id_column,
        coalesce(identifiers.identification_system_code, 'unknown') as identification_system_code,
        identifiers.student_key,
        student_ids.needs_second_attribute,
        student_ids.birth_date = students.birth_date as is_same_birth_date,
        student_ids.last_name = {{ vendor_name('students.last_name') }}
        and student_ids.first_name in (
            {{ vendor_name('students.first_name') }},
            coalesce(
                {{ vendor_name('students.preferred_first_name') }},
                {{ vendor_name('students.first_name') }}
            )
        ) as is_same_name
    from student_ids
    inner join identifiers
        on {{ vendor_id('identifiers.identification_code') }}
        = {{ vendor_id('student_ids.id_value') }}
    inner join students
        on students.student_key = identifiers.student_key
    -- the system of record's own id means the student's unique id and nothing else
    where student_ids.needs_second_attribute
        or identifiers.identification_system_code = 'student unique id'
),

judged as (
    select
        found.assessment_result_key,
        found.source,
        found.source_instance,
        found.id_column,
        found.identification_system_code,
        found.student_key,
        case
            when not found.needs_second_attribute then 'agrees'
            when found.is_same_birth_date or found.is_same_name then 'agrees'
            when found.is_same_birth_date is null and found.is_same_name is null then 'absent'
            else 'disagrees'
        end as second_attribute
    from found
)

select * from judged
