{#
    safe_numeric(text): text as a number, null when it is none; the raw text stays in raw. Read are
    blanks of any kind around it or between thousands, either sign, full-width digits, an exponent,
    and a decimal comma where it can be nothing else (3,2, never 1,024). The reader of vendors'
    files reads the same: include/sources/files/numbers.py.
#}
{% macro safe_numeric(text) -%}
    {{ return(adapter.dispatch('safe_numeric', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__safe_numeric(text) -%}
    {#- explicit ranges: what \d and \s match depends on the locale of the database -#}
    {%- set blank = '[ \\t\\n\\r\\u00a0\\u2007\\u2009\\u202f\\u3000\\ufeff\\u200b]' -%}
    {%- set digit = '[0-9\\uff10-\\uff19]' -%}
    {%- set sign = '[-+\\uff0b\\uff0d\\u2212\\u2013]' -%}
    {%- set point = '[.\\uff0e]' -%}
    {%- set comma = '[,\\uff0c]' -%}
    {%- set number = '^' ~ blank ~ '*' ~ sign ~ '?('
        ~ '(' ~ digit ~ '{1,30}|' ~ digit ~ '{1,3}(' ~ blank ~ digit ~ '{3}){1,9})'
        ~ '(' ~ point ~ digit ~ '{0,30})?'
        ~ '|' ~ point ~ digit ~ '{1,30}'
        ~ '|' ~ digit ~ '{1,30}' ~ comma ~ '(' ~ digit ~ '{1,2}|' ~ digit ~ '{4,30})'
        ~ '|[0\\uff10]' ~ comma ~ digit ~ '{3}'
        ~ ')([eE]' ~ sign ~ '?' ~ digit ~ '{1,2})?' ~ blank ~ '*$' -%}
    {#- nearly all are plain digits with one point at most, which costs a fifth of the expression
        below; the text, which may be long to come by, is computed once -#}
    (
        select
            case
                when ltrim(given.text, '0123456789.') = '' and length(given.text) <= 30
                    and pg_input_is_valid(given.text, 'numeric')
                    then cast(given.text as numeric)
                when given.text ~ '{{ number }}'
                    then cast(
                        replace(replace({{ plain_text('given.text') }}, ' ', ''), ',', '.') as numeric
                    )
            end
        from (select {{ text }} as text {{ evaluate_once() }}) as given
    )
{%- endmacro %}
