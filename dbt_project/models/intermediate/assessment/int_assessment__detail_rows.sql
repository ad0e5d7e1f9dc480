-- One row per row of a file that only holds parts of tests (standards, skill areas), with the
-- match of the test it belongs to. Parts that come inside a result's own row are counted with
-- that row.
with

detail_rows as (
    select * from {{ ref('stg_star__detail_rows') }}
),

results as (
    select * from {{ ref('int_assessment__results') }}
),

linked as (
    select
        detail_rows.source,
        detail_rows.feed,
        detail_rows.detail_id,
        results.assessment_result_key,
        results.student_key,
        case
            when results.assessment_result_key is null then 'result_not_found'
            else results.unmatched_reason
        end as unmatched_reason,
        results.subject,
        results.assessment_title,
        results.administered_on,
        detail_rows._source_ref,
        detail_rows._loaded_at
    from detail_rows
    left join results
        on results.source = detail_rows.source
        and results.result_id = detail_rows.result_id
)

select * from linked
