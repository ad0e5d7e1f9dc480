-- One row per load that wrote rows: since when what it brought counts as known.
with

loads as (
    select * from {{ ref('stg_ops__loads') }}
    where status = 'loaded'
),

opened as (
    select
        loads.load_id,
        loads.as_of_date,
        min(loads.as_of_date) over (partition by loads.source, loads.entity) as opening_as_of_date
    from loads
),

dated as (
    select
        opened.load_id,
        -- the night that opened the feed brought its whole past: those facts count as known on
        -- their own date
        case when opened.as_of_date > opened.opening_as_of_date then opened.as_of_date end
            as known_on
    from opened
)

select * from dated
