{#
    Numbers that people read, the one place that knows how this engine spells them. Figures are cut, not
    rounded: 9.96 % reads 9.9 %, so that nothing shows a line crossed that was not crossed.

    fixed_number(number, decimals)    12 as '12.0' with one decimal
    plain_number(number)              12.50 as '12.5', 12.00 as '12'; at most two decimals
    cut_number(number, decimals)      1.49999 as the number 1.49 with two decimals
#}
{% macro fixed_number(number, decimals) -%}
    {%- if decimals is not number -%}
        {{ exceptions.raise_compiler_error("fixed_number: `decimals` must be a number, got " ~ decimals) }}
    {%- endif -%}
    {{ return(adapter.dispatch('fixed_number', 'firstbell')(number, decimals)) }}
{%- endmacro %}

{% macro postgres__fixed_number(number, decimals) -%}
    cast(trunc(cast({{ number }} as numeric), {{ decimals }}) as text)
{%- endmacro %}

{% macro plain_number(number) -%}
    {{ return(adapter.dispatch('plain_number', 'firstbell')(number)) }}
{%- endmacro %}

{% macro postgres__plain_number(number) -%}
    cast(trim_scale(trunc(cast({{ number }} as numeric), 2)) as text)
{%- endmacro %}

{% macro cut_number(number, decimals) -%}
    {%- if decimals is not number -%}
        {{ exceptions.raise_compiler_error("cut_number: `decimals` must be a number, got " ~ decimals) }}
    {%- endif -%}
    {{ return(adapter.dispatch('cut_number', 'firstbell')(number, decimals)) }}
{%- endmacro %}

{% macro postgres__cut_number(number, decimals) -%}
    trunc(cast({{ number }} as numeric), {{ decimals }})
{%- endmacro %}
