-- One row per student and intervention.
with

student_interventions as (
    {{ union_of_sources('student_interventions', {
        'student_key': 'bigint',
        'intervention_key': 'bigint',
        'education_organization_id': 'text',
        'intervention_id': 'text',
        'dosage': 'numeric',
    }) }}
),

interventions as (
    {{ union_of_sources('interventions', {
        'intervention_key': 'bigint',
        'intervention_class_code': 'text',
        'delivery_method_code': 'text',
        'begin_date': 'date',
        'end_date': 'date',
    }) }}
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
        student_interventions.dosage,
        student_interventions.source_system,
        student_interventions.source_instance
    from student_interventions
    left join interventions
        on interventions.intervention_key = student_interventions.intervention_key
)

select * from joined
