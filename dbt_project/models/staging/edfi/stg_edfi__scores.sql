-- One row per result and score of the whole test, in the shape that every source of results shares.
with

student_assessment_scores as (
    select * from {{ ref('stg_edfi__student_assessment_scores') }}
),

scores as (
    select
        'edfi' as source,
        result_id,
        -- a district has one host of it
        '' as source_instance,
        method_code,
        value_text,
        value_num
    from student_assessment_scores
    where objective_code = ''
)

select * from scores
