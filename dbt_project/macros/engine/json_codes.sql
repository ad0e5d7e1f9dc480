{#
    json_codes(column, list, field): the descriptor codes of a list in one text, lower case, each once,
    in order, separated by `|`; null when the list is absent or empty.

        {{ json_codes('payload', 'races', 'raceDescriptor') }} as race_codes
#}
{% macro json_codes(column, list, field) -%}
    {%- if not list or not field -%}
        {{ exceptions.raise_compiler_error(
            "json_codes: `list` and `field` must be names, got " ~ list ~ " and " ~ field
        ) }}
    {%- endif -%}
    {{ return(adapter.dispatch('json_codes', 'firstbell')(column, list, field)) }}
{%- endmacro %}

{% macro postgres__json_codes(column, list, field) -%}
    (
        select string_agg(distinct listed.code, '|' order by listed.code)
        from (
            select {{ descriptor_code("(items.value ->> '" ~ field ~ "')") }} as code
            from jsonb_array_elements(
                case
                    when jsonb_typeof({{ column }} -> '{{ list }}') = 'array'
                        then {{ column }} -> '{{ list }}'
                    else '[]'::jsonb
                end
            ) as items (value)
        ) as listed
    )
{%- endmacro %}
