{#
    Reading JSON, the one place that knows how this engine spells it.

    json_text(column, path)    text of a value, empty text as null
                               {{ json_text('payload', ['schoolReference', 'schoolId']) }}
    cell_text(name)            the same of a row of current_rows with its cell names: of the cell of this
                               name, or of a landing that kept rows as objects
                               {{ cell_text('scaled_score') }}
    json_list(column, path)    a relation of the items of a list, column `item`; none when it is absent
                               left join lateral {{ json_list('payload', ['races']) }} as race on true
    json_has(column, path)     whether the value is there and not null
    json_cell(column, position)  the text of a list at a place, from 0; null when it has none there
    json_named(column, name)   the text of an object under the name that a column holds; null for a list
    json_positions(column)     a relation of the numbers of an object, columns `name` and `position`
    json_unpacked(column)      the same object as it lies in memory: a large one is stored packed, and
                               unpacked at each use
#}
{% macro json_text(column, path) -%}
    {%- if path is string -%}{%- set path = [path] -%}{%- endif -%}
    {{ return(adapter.dispatch('json_text', 'firstbell')(column, path)) }}
{%- endmacro %}

{% macro postgres__json_text(column, path) -%}
    nullif(trim({{ column }} #>> '{{ "{" ~ path | join(",") ~ "}" }}'), '')
{%- endmacro %}

{% macro cell_text(name) -%}
    {{ return(adapter.dispatch('cell_text', 'firstbell')(name)) }}
{%- endmacro %}

{% macro postgres__cell_text(name) -%}
    nullif(trim(case
        when cell_positions is null then payload ->> '{{ name }}'
        else payload ->> cast(cell_positions ->> '{{ name }}' as integer)
    end), '')
{%- endmacro %}

{% macro json_list(column, path) -%}
    {%- if path is string -%}{%- set path = [path] -%}{%- endif -%}
    {{ return(adapter.dispatch('json_list', 'firstbell')(column, path)) }}
{%- endmacro %}

{% macro postgres__json_list(column, path) -%}
    {%- set value = column ~ " #> '{" ~ path | join(",") ~ "}'" -%}
    (
        select items.value as item, items.ordinality as position
        from jsonb_array_elements(
            case when jsonb_typeof({{ value }}) = 'array' then {{ value }} else '[]'::jsonb end
        ) with ordinality as items (value, ordinality)
    )
{%- endmacro %}

{% macro json_has(column, path) -%}
    ({{ json_text(column, path) }} is not null)
{%- endmacro %}

{% macro json_cell(column, position) -%}
    {{ return(adapter.dispatch('json_cell', 'firstbell')(column, position)) }}
{%- endmacro %}

{% macro postgres__json_cell(column, position) -%}
    ({{ column }} ->> cast({{ position }} as integer))
{%- endmacro %}

{% macro json_named(column, name) -%}
    {{ return(adapter.dispatch('json_named', 'firstbell')(column, name)) }}
{%- endmacro %}

{% macro postgres__json_named(column, name) -%}
    ({{ column }} ->> cast({{ name }} as text))
{%- endmacro %}

{% macro json_positions(column) -%}
    {{ return(adapter.dispatch('json_positions', 'firstbell')(column)) }}
{%- endmacro %}

{% macro postgres__json_positions(column) -%}
    (
        select places.key as name, cast(places.value as bigint) as position
        from jsonb_each_text({{ column }}) as places (key, value)
    )
{%- endmacro %}

{% macro json_unpacked(column) -%}
    {{ return(adapter.dispatch('json_unpacked', 'firstbell')(column)) }}
{%- endmacro %}

{% macro postgres__json_unpacked(column) -%}
    {{ column }} || '{}'::jsonb
{%- endmacro %}
