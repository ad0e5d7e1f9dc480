-- One row per load of test results, as the last build took them in: how many of the rows that it
-- brought still stand, and how many of them have a known student.
--
-- A report that is a view reads this: the table is filled anew where it stands and never dropped.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        full_refresh=false,
        pre_hook="{% if is_incremental() %}delete from {{ this }}{% endif %}",
    )
}}

with

results as (
    select * from {{ ref('can_assessment_results') }}
),

matches as (
    select * from {{ ref('int_assessment__student_matches') }}
),

counted as (
    select
        results._load_id as load_id,
        count(*) as row_count,
        count(matches.student_key) as matched_row_count
    from results
    inner join matches
        on matches.assessment_result_key = results.assessment_result_key
    where results._load_id is not null
    group by results._load_id
)

select * from counted
