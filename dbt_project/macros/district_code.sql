{#
    district_code(): the district of this run as a text literal; an error when it is not set or is
    not a code (lower case letters, digits, underscore).

        where risk_policy.district_code in ('*', {{ district_code() }})
#}
{% macro district_code() -%}
    {%- set value = var('district_code', none) -%}
    {%- if execute and not value -%}
        {{ exceptions.raise_compiler_error(
            "district_code is not set: run with --vars '{as_of_date: 2026-11-22, district_code: grand_bend}'"
        ) }}
    {%- endif -%}
    {%- if execute and not modules.re.match('^[a-z][a-z0-9_]*$', value) -%}
        {{ exceptions.raise_compiler_error(
            "district_code: got '" ~ value ~ "', expected lower case letters, digits and underscores"
        ) }}
    {%- endif -%}
    '{{ value }}'
{%- endmacro %}
