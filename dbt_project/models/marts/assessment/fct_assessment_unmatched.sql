-- One row per row of a test file (or result of the system of record) that belongs to no known
-- student yet: the queue. Nothing leaves it but by a match; the as-of date does not cut it,
-- because a row that waits is work whatever its date is.
with

results as (
    select * from {{ ref('int_assessment__results') }}
),

detail_rows as (
    select * from {{ ref('can_assessment_detail_rows') }}
),

unioned as (
    select
        results.source,
        results.feed,
        results.result_id as source_record_key,
        results._source_ref as source_ref,
        results.unmatched_reason as reason,
        results.subject,
        results.assessment_title,
        results.administered_on,
        results._loaded_at as waiting_since
    from results
    where results.student_key is null
    union all
    select
        detail_rows.source,
        detail_rows.feed,
        detail_rows.detail_id as source_record_key,
        detail_rows._source_ref as source_ref,
        case
            when results.assessment_result_key is null then 'result_not_found'
            else results.unmatched_reason
        end as reason,
        results.subject,
        results.assessment_title,
        results.administered_on,
        detail_rows._loaded_at as waiting_since
    from detail_rows
    left join results
        on results.assessment_result_key = detail_rows.assessment_result_key
    where results.student_key is null
),

keyed as (
    select
        {{ surrogate_key(['unioned.source', 'unioned.feed', 'unioned.source_record_key']) }}
            as assessment_unmatched_key,
        unioned.source,
        unioned.feed,
        unioned.source_record_key,
        unioned.source_ref,
        unioned.reason,
        unioned.subject,
        unioned.assessment_title,
        unioned.administered_on,
        unioned.waiting_since
    from unioned
)

select * from keyed
