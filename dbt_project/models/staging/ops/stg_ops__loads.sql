-- One row per attempt to land one feed, also those that no transformation has taken in yet.
with

loads as (
    select * from {{ source('ops', 'loads') }}
),

retired_feeds as (
    select * from {{ source('ops', 'retired_feeds') }}
),

instances as (
    select * from {{ source('ops', 'source_instances') }}
),

-- sources of which a district may have several; nobody else has an instance
settled as (
    select distinct instances.source
    from instances
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
        loads.error,
        loads.file_hash is not null as is_of_file,
        loads.instance,
        loads.file_hash,
        -- a file with nothing to load is no delivery either: the one before still speaks
        coalesce({{ json_text('loads.notes', 'files_delivered') }}, '') = '0'
        or {{ json_text('loads.notes', 'left_alone') }} is not null as is_without_files,
        retired_feeds.retired_at is not null
        or (settled.source is not null and instances.is_listed is not true) as is_of_retired_feed
    from loads
    left join retired_feeds
        on retired_feeds.source = loads.source
        and retired_feeds.entity = loads.entity
    left join settled
        on settled.source = loads.source
    left join instances
        on instances.source = loads.source
        and instances.instance = loads.instance
)

select * from renamed
