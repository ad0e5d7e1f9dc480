-- One row per learning standard.
with

standards as (
    select * from {{ ref('can_learning_standards') }}
),

selected as (
    select
        learning_standard_key,
        learning_standard_id,
        parent_learning_standard_key,
        item_code,
        description,
        course_title,
        subject,
        grade_level_code,
        scope_code
    from standards
)

select * from selected
