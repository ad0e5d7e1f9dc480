-- One row per student's participation in a program that began on or before the as-of date.
with

participations as (
    select * from {{ ref('can_program_participations') }}
),

begun as (
    select
        participation_key,
        student_key,
        program_type,
        program_name,
        education_organization_id,
        begin_date,
        end_date,
        -- the last day still is a day in the program
        coalesce(end_date >= {{ as_of_date() }}, true) as is_open_as_of,
        known_on
    from participations
    where begin_date <= {{ as_of_date() }}
)

select * from begun
