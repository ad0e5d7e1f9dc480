-- One row per feed: its last attempt so far, and when it last brought good data.
--
-- A view of the ledger as it stands, not of what the last transformation took in: a feed that broke
-- tonight holds the transformation back, and that is what somebody has to be told.
{{ config(materialized='view') }}

with

loads as (
    select * from {{ ref('stg_ops__loads') }}
),

known as (
    select
        loads.source,
        loads.entity,
        loads.feed_kind,
        loads.status,
        loads.load_window,
        loads.as_of_date,
        loads.rows_seen,
        loads.rows_new,
        loads.rows_changed,
        loads.rows_unchanged,
        loads.rows_deleted,
        loads.rows_rejected,
        loads.source_count,
        loads.finished_at,
        loads.error,
        row_number() over (
            partition by loads.source, loads.entity
            order by loads.load_id desc
        ) as recency,
        -- the day of the newest attempt of any feed: what staleness is measured from
        max(loads.as_of_date) over () as latest_as_of_date
    from loads
),

good as (
    select
        known.source,
        known.entity,
        max(known.as_of_date) as last_good_as_of_date,
        max(known.finished_at) as last_good_at
    from known
    where known.status in ('loaded', 'unchanged', 'skipped')
    group by known.source, known.entity
),

health as (
    select
        known.source,
        known.entity,
        known.feed_kind,
        known.status as last_status,
        known.load_window as last_window,
        known.finished_at as last_finished_at,
        known.rows_seen,
        known.rows_new,
        known.rows_changed,
        known.rows_unchanged,
        known.rows_deleted,
        known.rows_rejected,
        known.source_count,
        good.last_good_at,
        -- how stale what everybody reads is
        {{ dbt.datediff('good.last_good_as_of_date', 'known.latest_as_of_date', 'day') }}
            as days_since_good,
        known.error as last_error,
        known.latest_as_of_date as as_of_date
    from known
    left join good
        on good.source = known.source
        and good.entity = known.entity
    where known.recency = 1
)

select * from health
