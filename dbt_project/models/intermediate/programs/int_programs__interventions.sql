-- One row per student and intervention.
with

student_interventions as (
    select * from {{ ref('stg_edfi__student_intervention_associations') }}
),

interventions as (
    select * from {{ ref('stg_edfi__interventions') }}
),

joined as (
    select
        {{ surrogate_key([
            'student_interventions.student_key',
            'student_interventions.intervention_key',
        ]) }}
            as student_intervention_key,
        student_interventions.student_key,
        student_interventions.intervention_key,
        student_interventions.intervention_id,
        student_interventions.education_organization_id,
        interventions.intervention_class_code,
        interventions.delivery_method_code,
        -- the source dates the intervention, not the student's part in it
        interventions.begin_date,
        interventions.end_date,
        student_interventions.dosage
    from student_interventions
    left join interventions
        on interventions.intervention_key = student_interventions.intervention_key
)

select * from joined
