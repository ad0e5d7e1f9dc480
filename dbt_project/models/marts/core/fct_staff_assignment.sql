-- One row per assignment of a staff member that began on or before the as-of date: to a section, a
-- school or a position.
with

assignments as (
    select * from {{ ref('can_staff_assignments') }}
),

schools as (
    select * from {{ ref('dim_school') }}
),

begun as (
    select
        assignments.assignment_key,
        assignments.staff_key,
        assignments.assignment_type,
        -- a position at the district itself has no school
        schools.school_key,
        assignments.section_key,
        assignments.education_organization_id,
        assignments.role,
        assignments.begin_date,
        assignments.end_date,
        coalesce(assignments.end_date >= {{ as_of_date() }}, true) as is_open_as_of
    from assignments
    left join schools
        on schools.school_key = assignments.school_key
    -- a school assignment has no dates in the source
    where assignments.begin_date is null
        or assignments.begin_date <= {{ as_of_date() }}
)

select * from begun
