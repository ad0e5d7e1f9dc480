{#
    run_value(name): what one run stands on, as text, none when it is not set: the dbt variable of that
    name, else the environment's FIRSTBELL_DBT_<NAME>. Runs set the environment: dbt parses the whole
    project anew whenever a variable changes, and these change every night. It is read when a model is
    compiled, never when it is parsed. Unit tests override the variable; null there is not set, whatever
    the environment says.

        {%- set day = run_value('as_of_date') -%}
#}
{% macro run_value(name) -%}
    {%- if not name or name is not string -%}
        {{ exceptions.raise_compiler_error("run_value: `name` must be a name, got " ~ name) }}
    {%- endif -%}
    {%- set value = var(name, '(unset)') -%}
    {%- if value == '(unset)' -%}
        {%- set value = (env_var('FIRSTBELL_DBT_' ~ name | upper, '') if execute else '') or none -%}
    {%- endif -%}
    {{ return(value) }}
{%- endmacro %}
