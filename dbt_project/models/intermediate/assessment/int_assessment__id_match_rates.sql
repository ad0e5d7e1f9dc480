-- One row per source, instance of it, id column and numbering of the district: how often the id
-- exists there and how often the second attribute then agrees. Two accounts of one vendor may
-- number their students differently.
--
-- `agreement_rate` is agreed / (agreed + disagreed). Below the required rate (policy
-- `assessment_id_agreement_min_rate`) the column is another numbering that meets ours by
-- chance, and nothing of it is used: with thousands of chance meetings a few birth dates agree
-- by chance too. Ids that are not found do not count against a column: students of other
-- districts and those who left are normal in vendor files, and holding back every other student
-- for them would hide real results.
with

student_ids as (
    select * from {{ ref('can_assessment_student_ids') }}
),

candidates as (
    select * from {{ ref('int_assessment__id_candidates') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
    -- a numbering is one for all grades
    where grade_band = '*'
),

offered as (
    select
        student_ids.source,
        student_ids.source_instance,
        student_ids.id_column,
        count(distinct student_ids.assessment_result_key) as result_count
    from student_ids
    group by student_ids.source, student_ids.source_instance, student_ids.id_column
),

met as (
    select
        candidates.source,
        candidates.source_instance,
        candidates.id_column,
        candidates.identification_system_code,
        count(distinct candidates.assessment_result_key) as id_found_count,
        count(distinct case
            when candidates.second_attribute = 'agrees' then candidates.assessment_result_key
        end) as agreed_count,
        count(distinct case
            when candidates.second_attribute = 'disagrees' then candidates.assessment_result_key
        end) as disagreed_count
    from candidates
    group by
        candidates.source, candidates.source_instance, candidates.id_column,
        candidates.identification_system_code
),

rated as (
    select
        offered.source,
        offered.source_instance,
        offered.id_column,
        coalesce(met.identification_system_code, 'none') as identification_system_code,
        offered.result_count,
        coalesce(met.id_found_count, 0) as id_found_count,
        coalesce(met.agreed_count, 0) as agreed_count,
        coalesce(met.disagreed_count, 0) as disagreed_count,
        cast(coalesce(met.id_found_count, 0) as numeric) / offered.result_count as found_rate,
        cast(met.agreed_count as numeric) / nullif(met.agreed_count + met.disagreed_count, 0)
            as agreement_rate
    from offered
    left join met
        on met.source = offered.source
        and met.source_instance = offered.source_instance
        and met.id_column = offered.id_column
),

decided as (
    select
        rated.source,
        rated.source_instance,
        rated.id_column,
        rated.identification_system_code,
        rated.result_count,
        rated.id_found_count,
        rated.agreed_count,
        rated.disagreed_count,
        rated.found_rate,
        rated.agreement_rate,
        coalesce(
            rated.agreement_rate >= policy.assessment_id_agreement_min_rate, false
        ) as is_used
    from rated
    cross join policy
)

select * from decided
