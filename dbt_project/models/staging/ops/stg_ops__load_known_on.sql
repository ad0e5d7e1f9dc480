-- One row per load that wrote rows: since when what it brought counts as known.
with

loads as (
    select * from {{ ref('stg_ops__loads') }}
    where status = 'loaded'
),

-- loads are numbered as they happened; a night may be run again for an earlier day, and what it
-- brings is known no earlier than what was there before it
ordered as (
    select
        loads.load_id,
        first_value(loads.as_of_date) over (
            partition by loads.source, loads.entity, loads.instance
            order by loads.load_id
        ) as opening_as_of_date,
        max(loads.as_of_date) over (
            partition by loads.source, loads.entity, loads.instance
            order by loads.load_id
            rows between unbounded preceding and current row
        ) as latest_as_of_date
    from loads
),

dated as (
    select
        ordered.load_id,
        -- the night that opened the feed brought its whole past: those facts count as known on
        -- their own date
        case
            when ordered.latest_as_of_date > ordered.opening_as_of_date
                then ordered.latest_as_of_date
        end as known_on
    from ordered
)

select * from dated
