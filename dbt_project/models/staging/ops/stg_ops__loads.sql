-- One row per attempt to land one feed.
with

loads as (
    select * from {{ source('ops', 'loads') }}
),

renamed as (
    select
        loads.load_id,
        loads.source,
        loads.entity,
        loads.kind as feed_kind,
        loads.status,
        loads.load_window,
        loads.as_of_date,
        loads.run_id,
        loads.rows_seen,
        loads.rows_new,
        loads.rows_changed,
        loads.rows_unchanged,
        loads.rows_deleted,
        loads.rows_rejected,
        loads.source_count,
        loads.started_at,
        loads.finished_at,
        loads.error
    from loads
    where {{ was_landed('loads.load_id') }}
)

select * from renamed
