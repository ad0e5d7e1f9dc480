-- One row per result, part of the test and reporting method, in the shape that every source of
-- objective-level results shares: the score and the level of one method stand in one row.
with

scores as (
    select * from {{ ref('stg_edfi__student_assessment_scores') }}
    where objective_code != ''
),

levels as (
    select * from {{ ref('stg_edfi__student_assessment_levels') }}
    where objective_code != ''
),

student_assessments as (
    select * from {{ ref('stg_edfi__student_assessments') }}
),

objective_assessments as (
    select * from {{ ref('stg_edfi__objective_assessments') }}
),

paired as (
    select
        coalesce(scores.result_id, levels.result_id) as result_id,
        coalesce(scores.objective_code, levels.objective_code) as objective_code,
        coalesce(scores.method_code, levels.method_code) as method_code,
        scores.value_text,
        scores.value_num,
        levels.level_code
    from scores
    full outer join levels
        on levels.result_id = scores.result_id
        and levels.objective_code = scores.objective_code
        and levels.method_code = scores.method_code
),

canonical as (
    select
        'edfi' as source,
        'student_assessments' as feed,
        paired.result_id,
        student_assessments.source_instance,
        paired.result_id as detail_id,
        'objective' as scope,
        paired.objective_code as scope_code,
        coalesce(
            objective_assessments.objective_description, objective_assessments.nomenclature,
            paired.objective_code
        ) as scope_name,
        paired.method_code,
        paired.value_text,
        paired.value_num,
        paired.level_code,
        student_assessments._loaded_at
    from paired
    inner join student_assessments
        on student_assessments.result_id = paired.result_id
    left join objective_assessments
        on {{ key_text('objective_assessments', 'objective_assessments.assessment_identifier') }}
        = {{ key_text('objective_assessments', 'student_assessments.assessment_identifier') }}
        and {{ key_text('objective_assessments', 'objective_assessments.namespace') }}
        = {{ key_text('objective_assessments', 'student_assessments.namespace') }}
        and {{ key_text('objective_assessments', 'objective_assessments.objective_code') }}
        = {{ key_text('objective_assessments', 'paired.objective_code') }}
)

select * from canonical
