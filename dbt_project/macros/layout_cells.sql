{#
    layout_cells(roles): what the rows of files that layouts describe say in some roles, as a select: one
    row per record, test and column of these roles whose cell is filled.

        cells as (
            {{ layout_cells(['score']) }}
        ),

    Columns: source, feed, record_key, source_instance, test_code, role, place, those of raw.layout_columns, and
    value_text: the cell's text, or the label that the layout gives this code.
#}
{% macro layout_cells(roles) -%}
    {%- if roles is string or roles | length == 0 -%}
        {{ exceptions.raise_compiler_error("layout_cells: `roles` must be a list, got " ~ roles) }}
    {%- endif -%}
    {#- what a layout says of a column, beside whose it is -#}
    {%- set told = [
        'test_code', 'role', 'place', 'column_name', 'value', 'scope', 'part_code', 'part_name',
        'method', 'from_window', 'to_window', 'lowest', 'highest', 'is_whole',
    ] -%}
    select
        cells.source,
        cells.entity as feed,
        cells.record_key,
        coalesce(cells.instance, '') as source_instance,
        {{- kept_columns('cells', told) }}
        coalesce(labels.meaning, trim(cells.cell_text)) as value_text
    from (
        select
            layout_rows.record_key,
            layout_rows.instance,
            {{- kept_columns('layout_places', ['source', 'entity'] + told) }}
            case
                when layout_places.position is null
                    then {{ json_named('layout_rows.payload', 'layout_places.column_name') }}
                else {{ json_cell('layout_rows.payload', 'layout_places.position') }}
            end as cell_text
        from (
            {{ current_rows(
                source('layouts', 'rows'), also=['source', 'entity', 'cell_names_id']
            ) }}
        ) as layout_rows
        -- which cell is which, for the few columns of these roles
        inner join (
            select
                {{- kept_columns('columns', ['source', 'entity'] + told) }}
                cell_names.cell_names_id,
                positions.position
            from {{ source('files', 'cell_names') }} as cell_names
            cross join lateral {{ json_positions('cell_names.positions') }} as positions
            inner join {{ source('layouts', 'columns') }} as columns
                on columns.column_name = positions.name
            where columns.role in ('{{ roles | join("', '") }}')
            union all
            -- rows that landed before rows were arrays carry the names themselves
            select
                {{- kept_columns('columns', ['source', 'entity'] + told) }}
                0 as cell_names_id,
                cast(null as bigint) as position
            from {{ source('layouts', 'columns') }} as columns
            where columns.role in ('{{ roles | join("', '") }}')
                and columns.column_name is not null
        ) as layout_places
            on layout_places.source = layout_rows.source
            and layout_places.entity = layout_rows.entity
            and layout_places.cell_names_id = coalesce(layout_rows.cell_names_id, 0)
        {{ evaluate_once() }}
    ) as cells
    left join {{ source('layouts', 'codes') }} as labels
        on labels.role = 'label'
        and labels.source = cells.source
        and labels.entity = cells.entity
        and labels.test_code = cells.test_code
        and labels.column_name = cells.column_name
        and labels.code = lower(trim(cells.cell_text))
    where trim(cells.cell_text) != ''
{%- endmacro %}

{#
    layout_result_id(relation): the id of a result within its source: feed, key of the raw row, and
    which of the tests of the row it is.

        {{ layout_result_id('cells') }} as result_id
#}
{% macro layout_result_id(relation) -%}
    {%- if not relation -%}
        {{ exceptions.raise_compiler_error("layout_result_id: `relation` must be a name, got none") }}
    {%- endif -%}
    {{ relation }}.feed || '|' || {{ relation }}.record_key
    || case when {{ relation }}.test_code = '' then '' else '|' || {{ relation }}.test_code end
{%- endmacro %}

{#
    layout_number(relation): the number of a cell of layout_cells, null when it is none or outside the
    range that the layout says.

        {{ layout_number('cells') }} as value_num
#}
{% macro layout_number(relation) -%}
    {%- if not relation -%}
        {{ exceptions.raise_compiler_error("layout_number: `relation` must be a name, got none") }}
    {%- endif -%}
    (
        select
            case
                when read.number >= coalesce({{ relation }}.lowest, read.number)
                    and read.number <= coalesce({{ relation }}.highest, read.number)
                    and (
                        not coalesce({{ relation }}.is_whole, false)
                        or read.number = trunc(read.number)
                    )
                    then read.number
            end
        from (
            select {{ safe_numeric(relation ~ '.value_text') }} as number {{ evaluate_once() }}
        ) as read
    )
{%- endmacro %}
