{#
    json_list_of_any(column, names): the items of the first of several root lists that is there, for
    a list that a source renamed. Column `item`, as json_list.

        cross join lateral {{ json_list_of_any('payload', ['newName', 'oldName']) }} as listed
#}
{% macro json_list_of_any(column, names) -%}
    {%- if names is string or names | length == 0 -%}
        {{ exceptions.raise_compiler_error("json_list_of_any: `names` must be a list of names, got " ~ names) }}
    {%- endif -%}
    {{ return(adapter.dispatch('json_list_of_any', 'firstbell')(column, names)) }}
{%- endmacro %}

{% macro postgres__json_list_of_any(column, names) -%}
    (
        select items.value as item, items.ordinality as position
        from jsonb_array_elements(
            case
                {%- for name in names %}
                when jsonb_typeof({{ column }} -> '{{ name }}') = 'array'
                    and jsonb_array_length({{ column }} -> '{{ name }}') > 0
                    then {{ column }} -> '{{ name }}'
                {%- endfor %}
                else '[]'::jsonb
            end
        ) with ordinality as items (value, ordinality)
    )
{%- endmacro %}
