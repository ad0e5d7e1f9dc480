{#
    sentence_case(text): the first letter upper case, the rest as it is: 'math' as 'Math'.

        {{ sentence_case('results.subject') }}
#}
{% macro sentence_case(text) -%}
    upper(substr({{ text }}, 1, 1)) || substr({{ text }}, 2)
{%- endmacro %}
