-- One row per student and day on which the tier changed from one run to the next. A student who is
-- no longer judged (left, deleted) has a last row without a tier.
--
-- Derived from the observations alone, so it is the same whatever the order of the runs. A run of
-- as-of date D can change only the step into D and the step out of it: all from D on is written
-- anew.
--
-- Each step says what changed beside the records between its two runs: a policy row or the project.
-- Nobody can say of such a step whether the records alone would have moved the student.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        indexes=[{'columns': ['student_key', 'changed_on'], 'unique': true}],
        pre_hook="{% if is_incremental() %}"
            ~ "delete from {{ this }} where changed_on >= {{ as_of_date() }}"
            ~ "{% endif %}",
    )
}}

with

observations as (
    select * from {{ ref('risk_tier_observations') }}
),

tier_ladder as (
    select * from {{ ref('tier_ladder') }}
),

{% if is_incremental() -%}
    previous_run as (
        select max(observations.as_of_date) as as_of_date
        from observations
        where observations.as_of_date < {{ as_of_date() }}
    ),

    considered as (
        select
            observations.student_key,
            observations.as_of_date,
            observations.rule_tier,
            observations.grade_band,
            observations.policy_version,
            observations.code_version
        from observations
        cross join previous_run
        where observations.as_of_date
            >= coalesce(previous_run.as_of_date, {{ as_of_date() }})
    ),
{%- else -%}
    considered as (
        select
            observations.student_key,
            observations.as_of_date,
            observations.rule_tier,
            observations.grade_band,
            observations.policy_version,
            observations.code_version
        from observations
    ),
{%- endif %}

run_dates as (
    select
        considered.as_of_date,
        max(considered.code_version) as code_version,
        max(considered.policy_version) is not null as is_versioned
    from considered
    group by considered.as_of_date
),

runs as (
    select
        run_dates.as_of_date,
        run_dates.is_versioned,
        lag(run_dates.as_of_date) over (order by run_dates.as_of_date) as previous_as_of_date,
        coalesce(run_dates.code_version, '')
        != coalesce(lag(run_dates.code_version) over (order by run_dates.as_of_date), '')
            as has_other_code,
        lead(run_dates.as_of_date) over (order by run_dates.as_of_date) as next_as_of_date
    from run_dates
),

entries as (
    select
        considered.student_key,
        considered.as_of_date as changed_on,
        considered.rule_tier as tier,
        earlier.rule_tier as previous_tier,
        runs.previous_as_of_date is null as is_first_run,
        earlier.policy_version != considered.policy_version
        -- a student of another grade is judged by other numbers that stood there before
        and coalesce(earlier.grade_band, '*') = coalesce(considered.grade_band, '*')
            as has_other_policy
    from considered
    inner join runs
        on runs.as_of_date = considered.as_of_date
    left join considered as earlier
        on earlier.student_key = considered.student_key
        and earlier.as_of_date = runs.previous_as_of_date
),

exits as (
    select
        considered.student_key,
        runs.next_as_of_date as changed_on,
        cast(null as {{ dbt.type_string() }}) as tier,
        considered.rule_tier as previous_tier,
        false as is_first_run,
        false as has_other_policy
    from considered
    inner join runs
        on runs.as_of_date = considered.as_of_date
    left join considered as later
        on later.student_key = considered.student_key
        and later.as_of_date = runs.next_as_of_date
    where runs.next_as_of_date is not null
        and later.student_key is null
),

steps as (
    select * from entries
    union all
    select * from exits
),

changes as (
    select
        steps.student_key,
        steps.changed_on,
        steps.tier,
        steps.previous_tier,
        case
            when steps.is_first_run then 'first'
            when steps.tier is null then 'left'
            when steps.previous_tier is null then 'entered'
            when new_rung.tier_rank > old_rung.tier_rank then 'up'
            when new_rung.tier_rank < old_rung.tier_rank then 'down'
            when old_rung.tier_rank is null and new_rung.tier_rank is not null then 'now_known'
            else 'no_longer_known'
        end as direction,
        case
            -- of a run before these were kept
            when steps.is_first_run or not runs.is_versioned then null
            when steps.has_other_policy then 'policy'
            when runs.has_other_code then 'code'
            else 'data'
        end as cause
    from steps
    inner join runs
        on runs.as_of_date = steps.changed_on
    left join tier_ladder as new_rung
        on new_rung.rule_tier = steps.tier
    left join tier_ladder as old_rung
        on old_rung.rule_tier = steps.previous_tier
    where steps.tier is distinct from steps.previous_tier
        {%- if is_incremental() %}
            and steps.changed_on >= {{ as_of_date() }}
        {%- endif %}
)

select * from changes
