{#
    Schemas have the names of the rooms (staging, marts, ...), without a prefix: one database per
    district keeps districts apart.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
