-- One row per result of a file that a layout describes, and score.
with

cells as (
    {{ layout_cells(['score']) }}
),

scores as (
    select
        cells.source,
        {{ layout_result_id('cells') }} as result_id,
        cells.source_instance,
        cells.column_name as method_code,
        cells.value_text,
        {{ layout_number('cells') }} as value_num
    from cells
    where cells.method != 'growth_percentile'
)

select * from scores
