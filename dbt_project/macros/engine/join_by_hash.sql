{#
    join_by_hash(): a pre-hook for models whose rows the planner cannot count, because they come out of
    JSON: it takes them for a few and compares each row with each. Holds for the model's transaction.

        +pre-hook: "{{ join_by_hash() }}"
#}
{% macro join_by_hash() -%}
    {{ return(adapter.dispatch('join_by_hash', 'firstbell')()) }}
{%- endmacro %}

{% macro postgres__join_by_hash() -%}
    set local enable_nestloop = off
{%- endmacro %}
