{#
    safe_numeric(text): text as a number, null when it is none; the raw text stays in raw.
#}
{% macro safe_numeric(text) -%}
    {{ return(adapter.dispatch('safe_numeric', 'firstbell')(text)) }}
{%- endmacro %}

{% macro default__safe_numeric(text) -%}
    case when {{ text }} ~ '^\s*-?\d+(\.\d+)?\s*$' then cast(trim({{ text }}) as numeric) end
{%- endmacro %}
