-- One row per feed that this release reads: the days of its attempts, and what feed_policy allows.
--
-- A view: it tells of the ledger as it stands, as the report does that reads it.
{{ config(materialized='view') }}

with

-- nobody waits for a feed that this release does not read
loads as (
    select * from {{ ref('stg_ops__loads') }}
    where is_of_retired_feed is not true
),

feed_policy as (
    select * from {{ ref('feed_policy') }}
),

dated as (
    select
        loads.source,
        loads.entity,
        loads.as_of_date,
        -- the day of the newest attempt of any feed: what staleness is measured from
        max(loads.as_of_date) over () as latest_as_of_date
    from loads
),

feed_days as (
    select
        dated.source,
        dated.entity,
        min(dated.as_of_date) as first_as_of_date,
        max(dated.latest_as_of_date) as latest_as_of_date
    from dated
    group by dated.source, dated.entity
),

policies as (
    select
        feed_days.source,
        feed_days.entity,
        feed_policy.policy_name,
        feed_policy.value,
        row_number() over (
            partition by feed_days.source, feed_days.entity, feed_policy.policy_name
            order by
                case when feed_policy.district_code = '*' then 1 else 0 end,
                case when feed_policy.source = '*' then 1 else 0 end,
                feed_policy.effective_from desc
        ) as preference
    from feed_days
    inner join feed_policy
        on feed_policy.source in ('*', feed_days.source)
        and feed_policy.district_code in ('*', {{ district_code() }})
        and feed_policy.effective_from <= feed_days.latest_as_of_date
        and (
            feed_policy.effective_to is null
            or feed_policy.effective_to >= feed_days.latest_as_of_date
        )
),

limits as (
    select
        feed_days.source,
        feed_days.entity,
        feed_days.first_as_of_date,
        feed_days.latest_as_of_date,
        max(
            case when policies.policy_name = 'missing_after_days' then policies.value end
        ) as missing_after_days,
        max(
            case when policies.policy_name = 'unmatched_from_rows' then policies.value end
        ) as unmatched_from_rows
    from feed_days
    left join policies
        on policies.source = feed_days.source
        and policies.entity = feed_days.entity
        and policies.preference = 1
    group by
        feed_days.source, feed_days.entity, feed_days.first_as_of_date,
        feed_days.latest_as_of_date
)

select * from limits
