-- One row per row of a Star file that only holds parts of tests (standards, skill areas), with
-- the test it belongs to: `result_id` is null when that test was not delivered.
with

results as (
    select * from {{ ref('stg_star__results') }}
),

standards as (
    select * from {{ ref('stg_star__standards') }}
),

skill_areas as (
    select * from {{ ref('stg_star__skill_areas') }}
),

unioned as (
    select
        'standards' as feed,
        standards.detail_id,
        standards.source_instance,
        standards.product,
        standards.assessment_id,
        standards._source_ref,
        standards._loaded_at
    from standards
    union all
    select
        'skill_areas' as feed,
        skill_areas.detail_id,
        skill_areas.source_instance,
        skill_areas.product,
        skill_areas.assessment_id,
        skill_areas._source_ref,
        skill_areas._loaded_at
    from skill_areas
),

linked as (
    select
        'star' as source,
        unioned.feed,
        unioned.detail_id,
        results.result_id,
        unioned.source_instance,
        unioned._source_ref,
        unioned._loaded_at
    from unioned
    left join results
        on results.source_instance = unioned.source_instance
        and results.product = unioned.product
        and results.assessment_id = unioned.assessment_id
)

select * from linked
