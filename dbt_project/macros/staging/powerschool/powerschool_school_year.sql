{#
    powerschool_school_year(year_id): the spring of a school year by its number: 31 is 2021-22. The number
    of a term is that of its year and two more digits.

        {{ powerschool_school_year(json_text('payload', ['yearid'])) }} as school_year
        {{ powerschool_school_year(json_text('payload', ['termid']), of_term=true) }} as school_year
#}
{% macro powerschool_school_year(year_id, of_term=false) -%}
    {%- if not year_id -%}
        {{ exceptions.raise_compiler_error(
            "powerschool_school_year: `year_id` must be a text expression, got none"
        ) }}
    {%- endif -%}
    {%- set number = safe_numeric(year_id) -%}
    {#- the term of a section that was dropped is negative -#}
    cast({{ 'floor(abs(' ~ number ~ ') / 100)' if of_term else number }} as integer) + 1991
{%- endmacro %}
