-- One row per staff member and school at which the person works now.
with

positions as (
    select * from {{ ref('stg_powerschool__staff_positions') }}
),

schools as (
    select * from {{ ref('stg_powerschool__schools') }}
),

assigned as (
    select
        positions.staff_key,
        schools.school_key,
        positions.staff_id,
        schools.school_id,
        -- SCHOOLSTAFF says where somebody works, and neither for which year nor program
        cast(null as integer) as school_year,
        cast(null as {{ dbt.type_string() }}) as program_assignment_code,
        positions._record_key,
        positions._load_id,
        positions._loaded_at
    from positions
    -- who works for the district as a whole has a position, and no school
    inner join schools
        on schools.school_id = positions.education_organization_id
)

select * from assigned
