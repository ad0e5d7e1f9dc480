-- One row per result of a file that a layout describes, and student id that the file offers, with
-- the second attributes beside it.
with

cells as (
    {{ layout_cells(['local_id', 'state_id', 'first_name', 'last_name', 'birth_date']) }}
),

results as (
    select * from {{ ref('stg_layouts__results_canonical') }}
),

described as (
    select
        cells.source,
        {{ layout_result_id('cells') }} as result_id,
        max(case when cells.role = 'birth_date' then cells.value_text end) as birth_date_text,
        max(case when cells.role = 'first_name' then cells.value_text end) as first_name,
        max(case when cells.role = 'last_name' then cells.value_text end) as last_name
    from cells
    group by cells.source, cells.feed, cells.record_key, cells.test_code
),

offered as (
    select
        cells.source,
        {{ layout_result_id('cells') }} as result_id,
        cells.column_name as id_column,
        {{ vendor_id('cells.value_text') }} as id_value
    from cells
    where cells.role in ('local_id', 'state_id')
),

listed as (
    select
        offered.source,
        offered.result_id,
        results.source_instance,
        offered.id_column,
        offered.id_value,
        {{ safe_date('described.birth_date_text') }} as birth_date,
        {{ vendor_name('described.first_name') }} as first_name,
        {{ vendor_name('described.last_name') }} as last_name,
        -- the vendor's ids may be of another numbering
        true as needs_second_attribute
    from offered
    inner join results
        on results.source = offered.source
        and results.result_id = offered.result_id
    left join described
        on described.source = offered.source
        and described.result_id = offered.result_id
    where offered.id_value is not null
)

select * from listed
