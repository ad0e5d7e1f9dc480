-- One row per feed: how its newest delivery ended, the worst of its files, and when it last brought
-- good data. Where several sources deliver one layout, the worst of their newest deliveries speaks.
--
-- A view of the ledger as it stands, not of what the last transformation took in: a feed that broke
-- tonight holds the transformation back, and that is what somebody has to be told.
{{ config(materialized='view') }}

with

-- nobody waits for a feed that this release does not read
loads as (
    select * from {{ ref('stg_ops__loads') }}
    where is_of_retired_feed is not true
),

file_matches as (
    select * from {{ ref('int_loads__file_matches') }}
),

limits as (
    select * from {{ ref('int_loads__feed_limits') }}
),

attempts as (
    select
        loads.source,
        loads.entity,
        loads.run_id,
        loads.instance,
        loads.load_id,
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
        loads.is_of_file,
        loads.is_without_files,
        max(case when loads.is_of_file and loads.is_without_files then loads.load_id end) over (
            partition by loads.source, loads.entity, loads.file_hash
        ) as last_load_id_left_alone,
        max(loads.load_id) over (
            partition by loads.source, loads.entity, loads.run_id, loads.load_window
        ) as last_load_id_of_window,
        max(loads.load_id) over (
            partition by loads.source, loads.entity, loads.run_id, loads.instance
        ) as last_load_id_of_run,
        max(case when loads.is_of_file then loads.load_id end) over (
            partition by loads.source, loads.instance
        ) as last_load_id_of_files
    from loads
),

counting as (
    select
        attempts.source,
        attempts.entity,
        attempts.run_id,
        attempts.instance,
        attempts.load_id,
        attempts.feed_kind,
        attempts.status,
        attempts.load_window,
        attempts.as_of_date,
        attempts.rows_seen,
        attempts.rows_new,
        attempts.rows_changed,
        attempts.rows_unchanged,
        attempts.rows_deleted,
        attempts.rows_rejected,
        attempts.source_count,
        attempts.finished_at,
        attempts.error,
        attempts.is_of_file,
        attempts.is_without_files,
        attempts.status = 'failed'
        and attempts.load_id < case
            -- a file that was refused is over when the same content is left alone since
            when attempts.is_of_file then coalesce(attempts.last_load_id_left_alone, 0)
            -- a fetch that failed stands on one feed for all of its vendor, and is over when
            -- files came
            else coalesce(attempts.last_load_id_of_files, 0)
        end as is_over
    from attempts
    -- the last attempt of each file; of what is no file, the last attempt of the run
    where attempts.load_id = attempts.last_load_id_of_window
        and (attempts.is_of_file or attempts.load_id = attempts.last_load_id_of_run)
),

judged as (
    select
        counting.source,
        counting.entity,
        counting.run_id,
        counting.instance,
        counting.load_id,
        counting.feed_kind,
        counting.load_window,
        counting.as_of_date,
        counting.rows_seen,
        counting.rows_new,
        counting.rows_changed,
        counting.rows_unchanged,
        counting.rows_deleted,
        counting.rows_rejected,
        counting.source_count,
        counting.finished_at,
        counting.is_without_files or counting.is_over as is_without_files,
        file_matches.row_count as file_row_count,
        case when not counting.is_over then counting.error end as error,
        case
            when counting.is_over then 'skipped'
            when counting.status in ('failed', 'parked') then counting.status
            when counting.is_of_file
                and file_matches.row_count > 0
                and file_matches.matched_row_count = 0
                and (
                    file_matches.row_count >= limits.unmatched_from_rows
                    or file_matches.feed_matched_row_count = 0
                )
                then 'unmatched'
            else counting.status
        end as status
    from counting
    left join file_matches
        on file_matches.source = counting.source
        and file_matches.entity = counting.entity
        and file_matches.load_window = counting.load_window
    left join limits
        on limits.source = counting.source
        and limits.entity = counting.entity
),

ranked as (
    select
        judged.source,
        judged.entity,
        judged.run_id,
        judged.instance,
        judged.load_id,
        judged.feed_kind,
        judged.status,
        judged.load_window,
        judged.as_of_date,
        judged.rows_seen,
        judged.rows_new,
        judged.rows_changed,
        judged.rows_unchanged,
        judged.rows_deleted,
        judged.rows_rejected,
        judged.source_count,
        judged.finished_at,
        judged.is_without_files,
        judged.file_row_count,
        judged.error,
        case judged.status
            when 'failed' then 1
            when 'parked' then 2
            when 'unmatched' then 3
            when 'loaded' then 4
            when 'unchanged' then 5
            else 6
        end as severity
    from judged
),

ordered as (
    select
        ranked.source,
        ranked.entity,
        ranked.instance,
        ranked.feed_kind,
        ranked.status,
        ranked.severity,
        ranked.load_window,
        ranked.as_of_date,
        ranked.error,
        ranked.file_row_count,
        ranked.is_without_files,
        max(ranked.load_id) over delivery as last_load_id,
        max(ranked.finished_at) over delivery as finished_at,
        sum(ranked.rows_seen) over delivery as rows_seen,
        sum(ranked.rows_new) over delivery as rows_new,
        sum(ranked.rows_changed) over delivery as rows_changed,
        sum(ranked.rows_unchanged) over delivery as rows_unchanged,
        sum(ranked.rows_deleted) over delivery as rows_deleted,
        sum(ranked.rows_rejected) over delivery as rows_rejected,
        sum(ranked.source_count) over delivery as source_count,
        -- the worst file speaks for the delivery
        row_number() over (
            partition by ranked.source, ranked.entity, ranked.run_id, ranked.instance
            order by ranked.is_without_files, ranked.severity, ranked.load_id desc
        ) as badness
    from ranked
    window delivery as (
        partition by ranked.source, ranked.entity, ranked.run_id, ranked.instance
    )
),

deliveries as (
    select
        ordered.source,
        ordered.entity,
        ordered.severity,
        ordered.last_load_id,
        ordered.is_without_files,
        ordered.feed_kind,
        ordered.status,
        ordered.load_window,
        ordered.as_of_date,
        ordered.error,
        ordered.file_row_count,
        ordered.finished_at,
        ordered.rows_seen,
        ordered.rows_new,
        ordered.rows_changed,
        ordered.rows_unchanged,
        ordered.rows_deleted,
        ordered.rows_rejected,
        ordered.source_count,
        not ordered.is_without_files
        and ordered.status in ('loaded', 'unchanged', 'skipped') as is_good,
        -- where nothing was delivered, the delivery before still speaks
        row_number() over (
            partition by ordered.source, ordered.entity, ordered.instance
            order by ordered.is_without_files, ordered.last_load_id desc
        ) as recency
    from ordered
    where ordered.badness = 1
),

good as (
    select
        deliveries.source,
        deliveries.entity,
        max(deliveries.as_of_date) as last_good_as_of_date,
        max(deliveries.finished_at) as last_good_at
    from deliveries
    where deliveries.is_good
    group by deliveries.source, deliveries.entity
),

-- a good run of one source does not hide that another's delivery of the same layout failed
speaking as (
    select
        deliveries.source,
        deliveries.entity,
        deliveries.feed_kind,
        deliveries.status,
        deliveries.load_window,
        deliveries.error,
        deliveries.file_row_count,
        deliveries.finished_at,
        deliveries.rows_seen,
        deliveries.rows_new,
        deliveries.rows_changed,
        deliveries.rows_unchanged,
        deliveries.rows_deleted,
        deliveries.rows_rejected,
        deliveries.source_count,
        row_number() over (
            partition by deliveries.source, deliveries.entity
            -- of what is not broken, the newest
            order by
                deliveries.is_without_files,
                case when deliveries.severity <= 3 then deliveries.severity else 4 end,
                deliveries.last_load_id desc
        ) as rank_of_instance
    from deliveries
    where deliveries.recency = 1
),

measured as (
    select
        speaking.source,
        speaking.entity,
        speaking.feed_kind,
        speaking.status,
        speaking.load_window,
        speaking.finished_at,
        speaking.rows_seen,
        speaking.rows_new,
        speaking.rows_changed,
        speaking.rows_unchanged,
        speaking.rows_deleted,
        speaking.rows_rejected,
        speaking.source_count,
        speaking.error,
        speaking.file_row_count,
        good.last_good_at,
        good.last_good_as_of_date,
        limits.latest_as_of_date,
        limits.missing_after_days,
        -- how stale what everybody reads is
        {{ dbt.datediff('good.last_good_as_of_date', 'limits.latest_as_of_date', 'day') }}
            as days_since_good,
        speaking.status in ('loaded', 'unchanged', 'skipped')
        and {{ dbt.datediff(
            'coalesce(good.last_good_as_of_date, limits.first_as_of_date)',
            'limits.latest_as_of_date', 'day'
        ) }} > limits.missing_after_days as is_missing
    from speaking
    inner join limits
        on limits.source = speaking.source
        and limits.entity = speaking.entity
    left join good
        on good.source = speaking.source
        and good.entity = speaking.entity
    where speaking.rank_of_instance = 1
),

health as (
    select
        measured.source,
        measured.entity,
        measured.feed_kind,
        case when measured.is_missing then 'missing' else measured.status end as last_status,
        measured.load_window as last_window,
        measured.finished_at as last_finished_at,
        cast(measured.rows_seen as bigint) as rows_seen,
        cast(measured.rows_new as bigint) as rows_new,
        cast(measured.rows_changed as bigint) as rows_changed,
        cast(measured.rows_unchanged as bigint) as rows_unchanged,
        cast(measured.rows_deleted as bigint) as rows_deleted,
        cast(measured.rows_rejected as bigint) as rows_rejected,
        cast(measured.source_count as bigint) as source_count,
        measured.last_good_at,
        measured.days_since_good,
        case
            when measured.is_missing
                then
                    'Nothing good has come since '
                    || coalesce(
                        cast(measured.last_good_as_of_date as {{ dbt.type_string() }}),
                        'the first night'
                    )
                    || '; feed_policy.csv allows '
                    || cast(measured.missing_after_days as {{ dbt.type_string() }})
                    || ' days. Ask the source whether it still delivers, and where. If it rests'
                    || ' longer, or has ended, give it a row missing_after_days of its own.'
            when measured.status = 'unmatched'
                then
                    'None of the ' || cast(measured.file_row_count as {{ dbt.type_string() }})
                    || ' rows of this file has a known student; expected most to have one.'
                    || ' Compare its student ids with those of the student information system:'
                    || ' the reasons stand in rpt_assessment_match_queue.'
            else measured.error
        end as last_error,
        measured.latest_as_of_date as as_of_date
    from measured
)

select * from health
