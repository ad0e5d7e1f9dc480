{#
    Reading JSON, the one place that knows how this engine spells it.

    json_text(column, path)    text of a value, empty text as null
                               {{ json_text('payload', ['schoolReference', 'schoolId']) }}
    json_list(column, path)    a relation of the items of a list, column `item`; none when it is absent
                               left join lateral {{ json_list('payload', ['races']) }} as race on true
    json_has(column, path)     whether the value is there and not null
#}
{% macro json_text(column, path) -%}
    {%- if path is string -%}{%- set path = [path] -%}{%- endif -%}
    {{ return(adapter.dispatch('json_text', 'firstbell')(column, path)) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    nullif(trim({{ column }} #>> '{{ "{" ~ path | join(",") ~ "}" }}'), '')
{%- endmacro %}

{% macro json_list(column, path) -%}
    {%- if path is string -%}{%- set path = [path] -%}{%- endif -%}
    {{ return(adapter.dispatch('json_list', 'firstbell')(column, path)) }}
{%- endmacro %}

{% macro default__json_list(column, path) -%}
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
