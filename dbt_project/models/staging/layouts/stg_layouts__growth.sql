-- One row per result of a file that a layout describes, and growth percentile; of an unknown pair
-- of windows where the layout names none.
with

cells as (
    {{ layout_cells(['score']) }}
),

measured as (
    select
        cells.source,
        {{ layout_result_id('cells') }} as result_id,
        cells.source_instance,
        coalesce(cells.from_window, 'unknown') as from_window,
        coalesce(cells.to_window, 'unknown') as to_window,
        {{ layout_number('cells') }} as growth_percentile
    from cells
    where cells.method = 'growth_percentile'
),

growth as (
    select
        measured.source,
        measured.result_id,
        measured.source_instance,
        measured.from_window,
        measured.to_window,
        measured.growth_percentile
    from measured
    where measured.growth_percentile is not null
)

select * from growth
