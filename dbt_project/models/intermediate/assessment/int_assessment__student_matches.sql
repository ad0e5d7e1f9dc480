-- One row per result: the student it belongs to, or why it waits in the queue. A result is
-- matched by an id and an agreeing second attribute; the most telling reason is kept for the
-- others.
with

results as (
    select * from {{ ref('can_assessment_results') }}
),

student_ids as (
    select * from {{ ref('can_assessment_student_ids') }}
),

candidates as (
    select * from {{ ref('int_assessment__id_candidates') }}
),

rates as (
    select * from {{ ref('int_assessment__id_match_rates') }}
),

offered as (
    select
        student_ids.assessment_result_key,
        count(*) as offered_id_count
    from student_ids
    group by student_ids.assessment_result_key
),

weighed as (
    select
        candidates.assessment_result_key,
        candidates.student_key,
        candidates.id_column,
        candidates.identification_system_code,
        candidates.second_attribute,
        candidates.second_attribute = 'agrees' and rates.is_used as is_usable
    from candidates
    inner join rates
        on rates.source = candidates.source
        and rates.source_instance = candidates.source_instance
        and rates.id_column = candidates.id_column
        and rates.identification_system_code = candidates.identification_system_code
),

summed as (
    select
        weighed.assessment_result_key,
        count(distinct case when weighed.is_usable then weighed.student_key end) as student_count,
        min(case when weighed.is_usable then weighed.student_key end) as student_key,
        min(case when weighed.is_usable then weighed.id_column end) as id_column,
        max(case when weighed.second_attribute = 'agrees' then 1 else 0 end) as agrees,
        max(case when weighed.second_attribute = 'disagrees' then 1 else 0 end) as disagrees
    from weighed
    group by weighed.assessment_result_key
),

decided as (
    select
        results.assessment_result_key,
        results.source,
        case when summed.student_count = 1 then summed.student_key end as student_key,
        case when summed.student_count = 1 then summed.id_column end as matched_id_column,
        case
            when summed.student_count = 1 then null
            when summed.student_count > 1 then 'ambiguous'
            when summed.agrees = 1 then 'source_match_rate_too_low'
            when summed.disagrees = 1 then 'second_attribute_disagrees'
            when summed.assessment_result_key is not null then 'no_second_attribute'
            when offered.offered_id_count > 0 then 'id_not_found'
            else 'no_student_id'
        end as unmatched_reason
    from results
    left join summed
        on summed.assessment_result_key = results.assessment_result_key
    left join offered
        on offered.assessment_result_key = results.assessment_result_key
)

select * from decided
