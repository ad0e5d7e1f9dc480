{#
    code_version(): which SQL, crosswalks and settings this run judges by, as text; null when the run was
    not told, as by hand. include/day_models.py makes it.

        {{ code_version() }} as code_version
#}
{% macro code_version() -%}
    {%- set version = run_value('code_version') -%}
    cast({{ 'null' if version is none else "'" ~ version ~ "'" }} as {{ dbt.type_string() }})
{%- endmacro %}
