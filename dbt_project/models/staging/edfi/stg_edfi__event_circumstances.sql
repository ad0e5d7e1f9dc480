-- One row per result that was taken under a circumstance the source names, as a fire drill.
with

student_assessments as (
    select * from {{ ref('stg_edfi__student_assessments') }}
),

named as (
    select
        'edfi' as source,
        result_id,
        event_circumstance_code
    from student_assessments
    where event_circumstance_code is not null
)

select * from named
