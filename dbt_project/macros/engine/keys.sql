{#
    surrogate_key(columns): a 64-bit integer key from the natural key, null-safe and collision-tested
    by the grain of each model (keep_grain).

        {{ surrogate_key(['student_id']) }} as student_key
#}
{% macro surrogate_key(columns) -%}
    {%- if columns is string or columns | length == 0 -%}
        {{ exceptions.raise_compiler_error("surrogate_key: `columns` must be a list of columns, got " ~ columns) }}
    {%- endif -%}
    {{ return(adapter.dispatch('surrogate_key', 'firstbell')(columns)) }}
{%- endmacro %}

{% macro postgres__surrogate_key(columns) -%}
    {#- a separator inside a value is escaped: ('a|b', 'c') and ('a', 'b|c') are two keys -#}
    ('x' || substr(md5(
        {%- for column in columns %}
        coalesce(replace(replace(cast({{ column }} as text), '\', '\\'), '|', '\|'), '\null')
        {{- " || '|' || " if not loop.last }}
        {%- endfor %}
    ), 1, 16))::bit(64)::bigint
{%- endmacro %}
