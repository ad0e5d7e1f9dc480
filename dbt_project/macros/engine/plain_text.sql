{#
    plain_text(text): full-width digits and signs as plain ones, a typographic minus (U+2212,
    U+2013) as a hyphen, a blank of any kind (no-break, thin, a tab, no width) as a space, and none
    around it.

        {{ plain_text("payload ->> 'student_id'") }}
#}
{% macro plain_text(text) -%}
    {%- if not text -%}
        {{ exceptions.raise_compiler_error("plain_text: `text` must be a text expression, got none") }}
    {%- endif -%}
    {{ return(adapter.dispatch('plain_text', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__plain_text(text) -%}
    trim(translate(
        {{ text }},
        '０１２３４５６７８９＋－−–．，' || e'\t\n\r\u00a0\u2007\u2009\u202f\u3000\ufeff\u200b',
        '0123456789+---.,          '
    ))
{%- endmacro %}
