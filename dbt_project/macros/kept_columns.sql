{#
    kept_columns(relation, columns): columns that a step hands on as they are, with a comma behind each.

        select
            {{- kept_columns('gathered', keys) }}
            1 as one
#}
{% macro kept_columns(relation, columns) -%}
    {%- for column in columns %}
        {{ relation }}.{{ column }},
    {%- endfor %}
{%- endmacro %}
