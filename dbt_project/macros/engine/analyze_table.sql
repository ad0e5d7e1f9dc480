{#
    analyze_table(): post-hook that counts what a new table holds, so that the engine plans the joins of
    large tables by it. Postgres counts by itself, but only some minutes later.

        +post-hook: "{{ analyze_table() }}"
#}
{% macro analyze_table() -%}
    {{ return(adapter.dispatch('analyze_table', 'firstbell')()) }}
{%- endmacro %}

{% macro postgres__analyze_table() -%}
    {%- if model.config.materialized != 'view' -%}
    analyze {{ this }}
    {%- endif -%}
{%- endmacro %}
