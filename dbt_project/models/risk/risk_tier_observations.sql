-- One row per student and as-of date that was run: the tier of that run. The memory of the tier
-- history: a rerun replaces its own date as a whole and touches no other.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        full_refresh=false,
        indexes=[{'columns': ['as_of_date', 'student_key'], 'unique': true}],
        pre_hook="{% if is_incremental() %}"
            ~ "delete from {{ this }} where as_of_date = {{ as_of_date() }}"
            ~ "{% endif %}",
    )
}}

with

tiers as (
    select * from {{ ref('risk_tiers') }}
),

observed as (
    select
        tiers.student_key,
        tiers.as_of_date,
        tiers.rule_tier
    from tiers
)

select * from observed
