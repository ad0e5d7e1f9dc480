-- One row per group of entities and period in which one source is its system of record, as known on
-- the as-of date: a handover that is still to come is not in it. The first period begins before
-- every date, the last one ends after every date. Built only where there are several sources.
{{ config(enabled=var('sources') | length > 1) }}
with

stated as (
    {{ district_rows(ref('system_of_record'), []) }}
),

entity_groups as (
    {%- for entity_group in record_groups() %}
        select '{{ entity_group }}' as entity_group
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- rows of a group itself stand instead of those of every group; a group without a row is left here
-- without a source, and stops this model
matched as (
    select
        entity_groups.entity_group,
        stated.source_system,
        stated.valid_from,
        row_number() over (
            partition by entity_groups.entity_group
            order by stated.valid_from
        ) as period_number
    from entity_groups
    left join stated
        on stated.entity_group = entity_groups.entity_group
        or (
            stated.entity_group = '*'
            and not exists (
                select 1
                from stated as own
                where own.entity_group = entity_groups.entity_group
            )
        )
),

begun as (
    select
        matched.entity_group,
        matched.source_system,
        matched.valid_from,
        matched.period_number
    from matched
    where matched.period_number = 1
        or matched.valid_from <= {{ as_of_date() }}
),

followed as (
    select
        begun.entity_group,
        begun.source_system,
        begun.period_number,
        begun.valid_from,
        lead(begun.valid_from) over (
            partition by begun.entity_group
            order by begun.period_number
        ) as next_from
    from begun
),

periods as (
    select
        followed.entity_group,
        followed.source_system,
        followed.period_number,
        case
            when followed.period_number = 1 then cast('0001-01-01' as date)
            else followed.valid_from
        end as first_date,
        coalesce(
            {{ days_before(1, 'followed.next_from') }},
            cast('9999-12-31' as date)
        ) as last_date,
        row_number() over (
            partition by followed.entity_group
            order by followed.period_number desc
        ) as recency,
        row_number() over (
            partition by followed.entity_group, followed.source_system
            order by followed.period_number desc
        ) = 1 as is_newest_of_source
    from followed
)

select * from periods
