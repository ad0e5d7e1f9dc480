{{ config(meta={'owner': 'data-platform'}) }}
-- What it finds: a number of feed_policy that is not above zero, and one that has no row for every
--   district and source (`*`) in force on the as-of date.
-- When it matters: without a limit no feed is ever missing or unmatched, and nobody is told.
-- How to resolve: correct the row in seeds/policy/feed_policy.csv, or add the missing one.

with

feed_policy as (
    select * from {{ ref('feed_policy') }}
),

-- what rpt_load_health asks for: a name without any row is missing too
names as (
    select 'missing_after_days' as policy_name
    union all
    select 'unmatched_from_rows' as policy_name
),

in_force as (
    select feed_policy.policy_name
    from feed_policy
    where feed_policy.district_code = '*'
        and feed_policy.source = '*'
        and feed_policy.effective_from <= {{ as_of_date() }}
        and (feed_policy.effective_to is null or feed_policy.effective_to >= {{ as_of_date() }})
),

findings as (
    select
        names.policy_name,
        'no row for every district and source is in force' as finding
    from names
    left join in_force
        on in_force.policy_name = names.policy_name
    where in_force.policy_name is null
    union all
    select
        feed_policy.policy_name,
        'not above zero' as finding
    from feed_policy
    where feed_policy.value <= 0
)

select * from findings
