-- One row per student and as-of date that was run: the tier of that run. The memory of the tier
-- history: a rerun replaces its own date as a whole and touches no other. With it stands what
-- judged, so that a step can be told from a change of the rules.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
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
        tiers.rule_tier,
        tiers.grade_band,
        tiers.policy_version,
        {{ code_version() }} as code_version
    from tiers
)

select * from observed
