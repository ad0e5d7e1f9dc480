{#
    words(text): the words of a text, lower case, with one blank before, between and after them, so that
    a whole word can be looked for; 'MAP_Growth: Math' is ' map growth math '.

        {{ words('tests.assessment_title') }} like '% star %'
#}
{% macro words(text) -%}
    {{ return(adapter.dispatch('words', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__words(text) -%}
    (' ' || trim(regexp_replace(lower({{ text }}), '[^[:alnum:]]+', ' ', 'g')) || ' ')
{%- endmacro %}
