-- One row per file of test results: how many of the rows that it ever brought still stand and have
-- a known student, of this file and of all files of its feed.
--
-- A view: it tells of the ledger as it stands, as the report does that reads it.
{{ config(materialized='view') }}

with

loads as (
    select * from {{ ref('stg_ops__loads') }}
    where is_of_retired_feed is not true
),

student_matches as (
    select * from {{ ref('int_loads__student_matches') }}
),

-- a file that comes again writes only what changed: what it brought is told by all its loads
files as (
    select
        loads.source,
        loads.entity,
        loads.load_window,
        sum(student_matches.row_count) as row_count,
        sum(student_matches.matched_row_count) as matched_row_count
    from loads
    inner join student_matches
        on student_matches.load_id = loads.load_id
    where loads.is_of_file
    group by loads.source, loads.entity, loads.load_window
),

beside_feed as (
    select
        files.source,
        files.entity,
        files.load_window,
        files.row_count,
        files.matched_row_count,
        sum(files.matched_row_count) over (
            partition by files.source, files.entity
        ) as feed_matched_row_count
    from files
)

select * from beside_feed
