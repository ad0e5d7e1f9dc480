-- One row per student and intervention that began on or before the as-of date.
with

interventions as (
    select * from {{ ref('can_interventions') }}
),

begun as (
    select
        student_intervention_key,
        student_key,
        intervention_key,
        intervention_id,
        education_organization_id,
        intervention_class_code,
        delivery_method_code,
        begin_date,
        end_date,
        coalesce(end_date >= {{ as_of_date() }}, true) as is_open_as_of,
        dosage
    from interventions
    -- an intervention that the source does not date is kept
    where begin_date is null
        or begin_date <= {{ as_of_date() }}
)

select * from begun
