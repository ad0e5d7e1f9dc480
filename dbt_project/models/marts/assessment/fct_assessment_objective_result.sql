-- One row per result of a matched student, part of the test and score, up to the as-of date. Where
-- several results tell one sitting, the parts of the first one that has parts are used.
with

objective_results as (
    select * from {{ ref('can_assessment_objective_results') }}
),

results as (
    select * from {{ ref('fct_assessment_result') }}
),

sittings as (
    select * from {{ ref('int_assessment__sittings') }}
),

standards as (
    select * from {{ ref('bridge_objective_learning_standard') }}
),

one_standard as (
    select
        standards.assessment_objective_key,
        min(standards.learning_standard_key) as learning_standard_key,
        min(standards.learning_standard_id) as learning_standard_id,
        count(*) as learning_standard_count
    from standards
    group by standards.assessment_objective_key
),

keyed as (
    select
        objective_results.assessment_objective_result_key,
        objective_results.assessment_result_key,
        results.student_key,
        objective_results.source,
        results.subject,
        results.administered_on,
        objective_results.scope,
        objective_results.scope_code,
        objective_results.scope_name,
        objective_results.method_code,
        objective_results.value_text,
        objective_results.value_num,
        objective_results.level_code,
        results.assessment_title,
        standing.is_valid as is_standing_valid,
        sittings.rank_number,
        min(sittings.rank_number) over (partition by sittings.standing_result_key)
            as first_rank_number,
        {{ surrogate_key(['results.assessment_key', 'objective_results.scope_key']) }}
            as assessment_objective_key
    from objective_results
    inner join results
        on results.assessment_result_key = objective_results.assessment_result_key
    inner join results as standing
        on standing.assessment_result_key = results.standing_result_key
    left join sittings
        on sittings.assessment_result_key = objective_results.assessment_result_key
),

final as (
    select
        keyed.assessment_objective_result_key,
        keyed.assessment_result_key,
        keyed.student_key,
        keyed.assessment_objective_key,
        keyed.source,
        keyed.subject,
        keyed.assessment_title,
        keyed.administered_on,
        keyed.scope,
        keyed.scope_code,
        keyed.scope_name,
        keyed.method_code,
        keyed.value_text,
        keyed.value_num,
        keyed.level_code,
        keyed.is_standing_valid
        and coalesce(keyed.rank_number = keyed.first_rank_number, true) as is_valid,
        case
            when one_standard.learning_standard_count = 1 then one_standard.learning_standard_key
        end as learning_standard_key,
        case
            when one_standard.learning_standard_count = 1 then one_standard.learning_standard_id
        end as learning_standard_id,
        cast(coalesce(one_standard.learning_standard_count, 0) as integer)
            as learning_standard_count
    from keyed
    left join one_standard
        on one_standard.assessment_objective_key = keyed.assessment_objective_key
)

select * from final
